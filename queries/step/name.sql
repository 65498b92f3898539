-- One row per distinct range name that follows a known naming scheme, ordered by source and name.
-- materialized: all step detection uses it, and it matches the text of every distinct name.
--
-- A shape is a name in which each number is replaced by 0. All schemes match numbers with \d+, so all names of the same
-- shape match the same scheme, and the fields are located only once per shape. To locate the fields, each number in the
-- shape is replaced by its position. The position that a field matches then selects the number in the name.
--
-- name                 VARCHAR  -      range name as recorded
-- source               VARCHAR  -      name of the naming scheme (see analytic/steps)
-- kind                 VARCHAR  -      step, or scope (a part of a step)
-- phase                VARCHAR  -      prefill, decode, mixed or train; other if the name does not contain a phase
-- context_requests     BIGINT   count  number of requests whose prompts are being processed; NULL if not in the name
-- generation_requests  BIGINT   count  number of requests that generate tokens; NULL if not in the name
-- context_tokens       BIGINT   count  number of prompt tokens; NULL if not in the name
-- generation_tokens    BIGINT   count  number of tokens processed for the generation requests; NULL if not in the name
-- sq                   BIGINT   count  number of new tokens, summed over requests; NULL if not in the name
-- sk                   BIGINT   count  number of context tokens plus new tokens, summed over requests; NULL if not in
--     the name
-- sqsq                 BIGINT   count  square of the number of new tokens, summed over requests; NULL if not in the
--     name
-- sqsk                 BIGINT   count  number of new tokens times (context tokens plus new tokens), summed over
--     requests; NULL if not in the name
WITH named AS (
    SELECT DISTINCT name, position, regexp_replace(name, '[0-9]+', '0', 'g') AS shape
    FROM (
        SELECT name, first_form(name, 'step__pattern') AS position
        FROM _range_text WHERE name IS NOT NULL AND length(name) <= 400
    )
    WHERE position IS NOT NULL
),
form AS (
    SELECT n.shape, p.source, p.kind, p.fields, p.phases,
        array_to_string(list_transform(
            string_split(n.shape, '0'), lambda piece, i: CASE i WHEN 1 THEN '' ELSE (i - 1)::VARCHAR END || piece
        ), '') AS places
    FROM (SELECT DISTINCT shape, position FROM named) AS n
    JOIN step__pattern AS p USING (position)
),
place AS (
    SELECT shape, source, kind, phases[regexp_extract(shape, fields['phase'], 1)] AS told,
        number_in(places, fields['requests']) AS requests, number_in(places, fields['tokens']) AS tokens,
        number_in(places, fields['context_requests']) AS context_requests,
        number_in(places, fields['generation_requests']) AS generation_requests,
        number_in(places, fields['context_tokens']) AS context_tokens,
        number_in(places, fields['generation_tokens']) AS generation_tokens,
        number_in(places, fields['context_sq']) AS context_sq,
        number_in(places, fields['generation_sq']) AS generation_sq,
        number_in(places, fields['context_sk']) AS context_sk,
        number_in(places, fields['generation_sk']) AS generation_sk,
        number_in(places, fields['context_sqsq']) AS context_sqsq,
        number_in(places, fields['generation_sqsq']) AS generation_sqsq,
        number_in(places, fields['context_sqsk']) AS context_sqsk,
        number_in(places, fields['generation_sqsk']) AS generation_sqsk
    FROM form
),
field AS (
    SELECT name, source, kind, told,
        number_at(numbers, requests) AS requests, number_at(numbers, tokens) AS tokens,
        number_at(numbers, context_requests) AS context_requests,
        number_at(numbers, generation_requests) AS generation_requests,
        number_at(numbers, context_tokens) AS context_tokens,
        number_at(numbers, generation_tokens) AS generation_tokens, number_at(numbers, context_sq) AS context_sq,
        number_at(numbers, generation_sq) AS generation_sq, number_at(numbers, context_sk) AS context_sk,
        number_at(numbers, generation_sk) AS generation_sk, number_at(numbers, context_sqsq) AS context_sqsq,
        number_at(numbers, generation_sqsq) AS generation_sqsq, number_at(numbers, context_sqsk) AS context_sqsk,
        number_at(numbers, generation_sqsk) AS generation_sqsk
    FROM (SELECT name, shape, regexp_extract_all(name, '[0-9]+') AS numbers FROM named) JOIN place USING (shape)
),
phased AS (
    SELECT *, CASE
        WHEN kind = 'scope' THEN 'other'
        WHEN told IS NOT NULL THEN told
        WHEN context_requests > 0 AND generation_requests > 0 THEN 'mixed'
        WHEN context_requests > 0 THEN 'prefill'
        WHEN generation_requests > 0 THEN 'decode'
        ELSE 'other'
    END AS phase
    FROM field
)
SELECT name, source, kind, phase,
    coalesce(context_requests, CASE WHEN phase = 'prefill' THEN requests END) AS context_requests,
    coalesce(generation_requests, CASE WHEN phase = 'decode' THEN requests END) AS generation_requests,
    coalesce(context_tokens, CASE WHEN phase = 'prefill' THEN tokens END) AS context_tokens,
    coalesce(generation_tokens, CASE WHEN phase = 'decode' THEN tokens END) AS generation_tokens,
    either_sum(context_sq, generation_sq) AS sq, either_sum(context_sk, generation_sk) AS sk,
    either_sum(context_sqsq, generation_sqsq) AS sqsq, either_sum(context_sqsk, generation_sqsk) AS sqsk
FROM phased
ORDER BY source, name

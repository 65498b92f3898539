-- One row per distinct range name that is one of the known forms; ordered by source and name.
-- materialized: text work over every distinct name, asked for by all that finds steps.
--
-- name                 VARCHAR  -      the text of the range
-- source               VARCHAR  -      who writes such names, see analytic/steps
-- kind                 VARCHAR  -      step, or scope: a part of one
-- phase                VARCHAR  -      prefill, decode, mixed, train, or other where the name does not tell
-- context_requests     BIGINT   count  requests whose prompt is computed; NULL where the name does not tell
-- generation_requests  BIGINT   count  requests that generate
-- context_tokens       BIGINT   count  tokens of prompts
-- generation_tokens    BIGINT   count  tokens of requests that generate
-- sq                   BIGINT   count  new tokens, added over requests
-- sk                   BIGINT   count  tokens of context and new ones, added over requests
-- sqsq                 BIGINT   count  sum over requests of new tokens squared
-- sqsk                 BIGINT   count  sum over requests of new tokens times tokens of context and new ones
WITH form AS (
    SELECT n.name, p.source, p.kind, p.fields, p.phases
    FROM (SELECT DISTINCT name FROM _range_text WHERE name IS NOT NULL AND length(name) <= 400) AS n
    JOIN step__pattern AS p ON contains(n.name, p.part) AND regexp_matches(n.name, p.expression)
    QUALIFY row_number() OVER (PARTITION BY n.name ORDER BY p.kind DESC, p.source) = 1
),
field AS (
    SELECT name, source, kind,
        phases[regexp_extract(name, fields['phase'], 1)] AS told,
        number_in(name, fields['requests']) AS requests, number_in(name, fields['tokens']) AS tokens,
        number_in(name, fields['context_requests']) AS context_requests,
        number_in(name, fields['generation_requests']) AS generation_requests,
        number_in(name, fields['context_tokens']) AS context_tokens,
        number_in(name, fields['generation_tokens']) AS generation_tokens,
        number_in(name, fields['context_sq']) AS context_sq, number_in(name, fields['generation_sq']) AS generation_sq,
        number_in(name, fields['context_sk']) AS context_sk, number_in(name, fields['generation_sk']) AS generation_sk,
        number_in(name, fields['context_sqsq']) AS context_sqsq,
        number_in(name, fields['generation_sqsq']) AS generation_sqsq,
        number_in(name, fields['context_sqsk']) AS context_sqsk,
        number_in(name, fields['generation_sqsk']) AS generation_sqsk
    FROM form
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

-- One row per request (an instance of a stage with the request role), ordered by start_ns. All values are per sequence.
-- In a batch, token_count tokens are generated for each sequence.
--
-- range_id             BIGINT   -         range of the request
-- path                 VARCHAR  -         names of the enclosing ranges and of the range itself, joined by /
-- thread_id            BIGINT   -         thread that opened the range (nsys's globalTid)
-- start_ns             BIGINT   ns        start of the range on the CPU
-- token_count          BIGINT   count     number of tokens: the first token plus one per step; NULL if no stage has the
--     step role
-- ttft_ns              BIGINT   ns        time to first token: from start_ns until the first token is complete (see
--     llm_token); NULL if no stage has the step role
-- ttft_base            VARCHAR  -         how the end was determined: gpu, from the end of a GPU operation; cpu, from a
--     range, because there was no GPU operation
-- latency_ns           BIGINT   ns        time from start_ns until the last token is complete
-- latency_base         VARCHAR  -         how the end was determined: gpu, from the end of a GPU operation; cpu, from a
--     range, because there was no GPU operation
-- decode_ns            BIGINT   ns        time from the completion of the first token to the completion of the last
--     token; NULL if there are no steps
-- decode_base          VARCHAR  -         gpu or cpu; mixed if it differs between the first and last tokens
-- decode_tokens_per_s  DOUBLE   tokens/s  decode rate: number of steps divided by decode_ns
-- total_tokens_per_s   DOUBLE   tokens/s  end-to-end rate: token_count divided by latency_ns
WITH sequence AS (
    SELECT range_id, max(token_index) AS step_count,
        arg_min(done_ns, token_index) AS first_ns, arg_min(base, token_index) AS first_base,
        arg_max(done_ns, token_index) AS last_ns, arg_max(base, token_index) AS last_base,
        EXISTS (SELECT 1 FROM stage_role WHERE role = 'step') AS has_steps
    FROM llm__token
    WHERE is_request
    GROUP BY range_id
),
figure AS (
    SELECT r.range_id, r.thread_id, r.start_ns,
        CASE WHEN s.has_steps THEN s.step_count + 1 END AS token_count,
        CASE WHEN s.has_steps THEN s.first_ns - r.start_ns END AS ttft_ns,
        CASE WHEN s.has_steps THEN s.first_base END AS ttft_base,
        s.last_ns - r.start_ns AS latency_ns,
        s.last_base AS latency_base,
        CASE WHEN s.step_count > 0 THEN s.last_ns - s.first_ns END AS decode_ns,
        CASE WHEN s.step_count = 0 THEN NULL WHEN s.first_base = s.last_base THEN s.first_base ELSE 'mixed' END
            AS decode_base
    FROM llm__request AS r JOIN sequence AS s USING (range_id)
)
SELECT f.range_id, p.path, f.thread_id, f.start_ns, f.token_count, f.ttft_ns, f.ttft_base, f.latency_ns, f.latency_base,
    f.decode_ns, f.decode_base,
    CASE WHEN f.decode_ns > 0 THEN (f.token_count - 1) * 1e9 / f.decode_ns END AS decode_tokens_per_s,
    CASE WHEN f.latency_ns > 0 THEN f.token_count * 1e9 / f.latency_ns END AS total_tokens_per_s
FROM figure AS f JOIN stage__path AS p USING (range_id)
ORDER BY f.start_ns, f.range_id

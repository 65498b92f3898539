-- One row per request, an instance of a stage with role request; ordered by start_ns. Figures are those of one
-- sequence: a batch gives as many tokens as it has sequences.
--
-- range_id             BIGINT   -         the range that is the request
-- path                 VARCHAR  -         where it lies
-- thread_id            BIGINT   -         the thread that opened it (nsys's globalTid)
-- start_ns             BIGINT   ns        opened, on the CPU
-- token_count          BIGINT   count     its first token and one each step; NULL when no stage has the role step
-- ttft_ns              BIGINT   ns        time to first token: from start_ns until that is done, see llm_token; NULL
--     likewise
-- ttft_base            VARCHAR  -         what ended it: gpu, a GPU operation; cpu, a range, for want of one
-- latency_ns           BIGINT   ns        from start_ns until the last token is done
-- latency_base         VARCHAR  -         what ended it
-- decode_ns            BIGINT   ns        from the first token until the last is done; NULL without steps
-- decode_base          VARCHAR  -         gpu, cpu, or mixed where its ends differ
-- decode_tokens_per_s  DOUBLE   tokens/s  steps over decode_ns
-- total_tokens_per_s   DOUBLE   tokens/s  token_count over latency_ns
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

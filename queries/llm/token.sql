-- One row per token of a sequence: when it was done, and the time since the previous token, ordered by thread_id,
-- range_id and token_index. Empty unless a stage has the role step. A batch produces one such token for each of its
-- sequences; the batch size is not in the trace.
--
-- range_id     BIGINT   -   the request, which is the innermost range with role request around the step; without one,
--     the range around the step; NULL for steps outside all ranges
-- is_request   BOOLEAN  -   whether range_id is a request
-- thread_id    BIGINT   -   thread of the range (nsys's globalTid)
-- step_id      BIGINT   -   range that is the decode step; NULL for the first token of a request, which has no step
-- token_index  BIGINT   -   0 for the first token of a request, then its steps from 1; each step adds one cached token
-- done_ns      BIGINT   ns  end of the last GPU operation launched in the step; for a first token, launched in the
--     request before its first step opened. If none was launched: end of the step; for a first token, start of the
--     first step
-- base         VARCHAR  -   gpu: done_ns is the end of a GPU operation; cpu: none was launched
-- itl_ns       BIGINT   ns  inter-token latency: done_ns minus done_ns of the previous token; NULL for the first token
-- itl_base     VARCHAR  -   base of both tokens, or mixed if they differ
SELECT range_id, is_request, thread_id, step_id, token_index, done_ns, base,
    done_ns - lag(done_ns) OVER of_sequence AS itl_ns,
    CASE WHEN lag(base) OVER of_sequence <> base THEN 'mixed' WHEN lag(base) OVER of_sequence = base THEN base END
        AS itl_base
FROM llm__token
WHERE EXISTS (SELECT 1 FROM stage_role WHERE role = 'step')
WINDOW of_sequence AS (PARTITION BY thread_id, range_id ORDER BY token_index)
ORDER BY thread_id, range_id, token_index

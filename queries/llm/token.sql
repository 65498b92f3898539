-- One row per token of a sequence, with its completion time and the time since the previous token, ordered by
-- thread_id, range_id and token_index. The result is empty unless a stage has the step role. In a batch, each row
-- represents one token per sequence. The trace does not contain the batch size.
--
-- range_id     BIGINT   -   range of the request (the innermost range with the request role around the step); for steps
--     outside requests, the range that encloses the step; NULL for steps outside all ranges
-- is_request   BOOLEAN  -   whether range_id is the range of a request
-- thread_id    BIGINT   -   thread that opened the range (nsys's globalTid)
-- step_id      BIGINT   -   range of the decode step; NULL for the first token of a request, which has no decode step
-- token_index  BIGINT   -   0 for the first token of a request; decode steps are numbered from 1, and each one adds one
--     cached token
-- done_ns      BIGINT   ns  completion time of the token: end of the last GPU operation that the step launched or, for
--     a first token, that the request launched before its first step began. If no GPU operation was launched: end of
--     the step or, for a first token, start of the first step (end of the request if it has no steps)
-- base         VARCHAR  -   gpu if done_ns is the end of a GPU operation; cpu if no GPU operation was launched
-- itl_ns       BIGINT   ns  inter-token latency: done_ns minus the previous token's done_ns; NULL for the first token
-- itl_base     VARCHAR  -   base of both tokens; mixed if their bases differ
SELECT range_id, is_request, thread_id, step_id, token_index, done_ns, base,
    done_ns - lag(done_ns) OVER of_sequence AS itl_ns,
    CASE WHEN lag(base) OVER of_sequence <> base THEN 'mixed' WHEN lag(base) OVER of_sequence = base THEN base END
        AS itl_base
FROM llm__token
WHERE EXISTS (SELECT 1 FROM stage_role WHERE role = 'step')
WINDOW of_sequence AS (PARTITION BY thread_id, range_id ORDER BY token_index)
ORDER BY thread_id, range_id, token_index

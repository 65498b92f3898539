-- One row per token of a sequence: when it was done, and the time since the one before it; ordered by thread_id,
-- range_id and token_index. No rows unless a stage has the role step. A batch gives as many tokens as it has sequences;
-- its size is not in the trace.
--
-- range_id     BIGINT   -   the request: the innermost range of that role around the step; where there is none, the
--     range around the step; NULL for steps outside of all ranges
-- is_request   BOOLEAN  -   range_id is a request
-- thread_id    BIGINT   -   thread of the range (nsys's globalTid)
-- step_id      BIGINT   -   the range that is the decode step; NULL for a request's first token, which has none
-- token_index  BIGINT   -   0 for a request's first token, then its steps from 1 on; each step adds one cached token
-- done_ns      BIGINT   ns  end of the last GPU operation launched in the step; of a first token: in the request before
--     its first step opened; where none was launched, when that step was closed, or for a first token, the first opened
-- base         VARCHAR  -   gpu: done_ns is the end of a GPU operation; cpu: none was launched
-- itl_ns       BIGINT   ns  inter-token latency: done_ns less that of the token before it; NULL for the first
-- itl_base     VARCHAR  -   base of both tokens, or mixed where they differ
SELECT range_id, is_request, thread_id, step_id, token_index, done_ns, base,
    done_ns - lag(done_ns) OVER of_sequence AS itl_ns,
    CASE WHEN lag(base) OVER of_sequence <> base THEN 'mixed' WHEN lag(base) OVER of_sequence = base THEN base END
        AS itl_base
FROM llm__token
WHERE EXISTS (SELECT 1 FROM stage_role WHERE role = 'step')
WINDOW of_sequence AS (PARTITION BY thread_id, range_id ORDER BY token_index)
ORDER BY thread_id, range_id, token_index

-- One row per step, process and GPU, ordered by start_ns, then process and GPU. Steps that are cut off by the start or
-- end of the capture are excluded (see step_found).
-- materialized: all step metrics are computed from it.
--
-- step_id                   BIGINT   -      key of the step on this GPU
-- process_id                BIGINT   -      key of the process (nsys's globalPid)
-- gpu_id                    BIGINT   -      GPU number
-- phase                     VARCHAR  -      prefill, decode, mixed, train, or other
-- found_by                  VARCHAR  -      how the step was identified: stages file, pattern, name or anchor
-- context_requests          BIGINT   count  number of requests whose prompts are being processed; NULL if the range
--                                           name does not contain this number
-- generation_requests       BIGINT   count  number of requests that generate tokens
-- context_tokens            BIGINT   count  number of prompt tokens
-- generation_tokens         BIGINT   count  number of tokens processed for the generation requests
-- sq                        BIGINT   count  number of new tokens, summed over requests
-- sk                        BIGINT   count  number of context tokens plus new tokens, summed over requests
-- sqsq                      BIGINT   count  square of the number of new tokens, summed over requests
-- sqsk                      BIGINT   count  number of new tokens x (context tokens + new tokens), summed over requests
-- start_ns                  BIGINT   ns     start of the step's first operation on the GPU
-- end_ns                    BIGINT   ns     start of the next step; for the last step in its range, the end of its last
--                                           operation
-- wall_ns                   BIGINT   ns     end_ns - start_ns
-- span_ns                   BIGINT   ns     time from start_ns to the end of the last operation that starts in the
--                                           step, at most wall_ns
-- busy_ns                   BIGINT   ns     time during which at least one operation runs on the GPU
-- compute_ns                BIGINT   ns     time during which a graph or a non-communication kernel runs
-- communication_ns          BIGINT   ns     time during which communication runs
-- exposed_communication_ns  BIGINT   ns     time during which communication runs without compute
-- idle_ns                   BIGINT   ns     time during which nothing runs (the gaps in gap_list within the step)
-- operation_count           BIGINT   count  number of the process's operations that start in the step
-- kernel_count              BIGINT   count  number of kernels among these operations
-- range_id                  BIGINT   -      range that defines the step; NULL if an anchor identified the step
-- Steps begin and end at the times in step__instant. An operation belongs to the step that contains the last of these
-- times at or before the start of the operation.
WITH work AS (
    SELECT i.step_id, max(c.last_ns) AS last_end_ns, sum(c.operation_count)::BIGINT AS operation_count,
        coalesce(sum(c.operation_count) FILTER (c.kind = 'kernel'), 0)::BIGINT AS kernel_count
    FROM step__cell AS c
    ASOF JOIN step__interval AS i ON i.process_id = c.process_id AND i.gpu_id = c.gpu_id AND i.start_ns <= c.at_ns
    WHERE NOT i.is_cut AND c.at_ns < i.end_ns
    GROUP BY i.step_id
),
idle AS (SELECT step_id, sum(idle_ns) AS idle_ns FROM step__idle GROUP BY step_id)
SELECT i.step_id, i.process_id, i.gpu_id, i.phase, i.found_by,
    n.context_requests, n.generation_requests, n.context_tokens, n.generation_tokens, n.sq, n.sk, n.sqsq, n.sqsk,
    i.start_ns, i.end_ns, i.end_ns - i.start_ns AS wall_ns,
    least(w.last_end_ns, i.end_ns) - i.start_ns AS span_ns,
    b.busy_ns - a.busy_ns AS busy_ns,
    b.compute_ns - a.compute_ns AS compute_ns,
    b.communication_ns - a.communication_ns AS communication_ns,
    (b.either_ns - a.either_ns) - (b.compute_ns - a.compute_ns) AS exposed_communication_ns,
    coalesce(d.idle_ns, 0)::BIGINT AS idle_ns,
    w.operation_count, w.kernel_count, i.range_id
FROM step__interval AS i
JOIN step__until AS a ON a.gpu_id = i.gpu_id AND a.at_ns = i.start_ns
JOIN step__until AS b ON b.gpu_id = i.gpu_id AND b.at_ns = i.end_ns
JOIN work AS w USING (step_id)
LEFT JOIN idle AS d USING (step_id)
LEFT JOIN _range_text AS t ON t.range_id = i.range_id
LEFT JOIN step_name AS n ON n.name = t.name AND n.kind = 'step'
WHERE NOT i.is_cut
ORDER BY i.start_ns, i.process_id, i.gpu_id

-- One row per anchor that could mark the steps of a process on a GPU, with the evidence for and against it, ordered by
-- process and GPU, chosen anchor first.
-- materialized: the search for anchors should run only once.
--
-- process_id       BIGINT   -      key of the process (nsys's globalPid)
-- gpu_id           BIGINT   -      GPU number
-- anchor           VARCHAR  -      kernel name, graph number, or copy direction and size
-- grid             VARCHAR  -      grid size of the kernel; NULL for graphs and copies
-- instance_count   BIGINT   count  number of occurrences of the anchor
-- median_ns        DOUBLE   ns     median time between consecutive occurrences
-- spread_ratio     DOUBLE   ratio  interquartile range of the time between occurrences, divided by its median
-- kind_count       BIGINT   count  number of kinds of operations that run the same number of times in at least 90 % of
--     the examined periods; kernels are of the same kind if they have the same name, grid and block
-- recurring_ratio  DOUBLE   ratio  share of the GPU time in the examined periods that is spent in operations of these
--     kinds
-- exchange_ratio   DOUBLE   ratio  share of the examined periods in which the CPU and GPU interact through a copy to or
--     from host memory, a graph run, or the return of a blocking call
-- verdict          VARCHAR  -      chosen, runner-up, or the reason why the anchor was rejected
-- key_id           UBIGINT  -      key of the anchor's kind of operation
WITH recurring AS (
    SELECT candidate_id,
        count(*) FILTER (equal_count >= 0.9 * period_count) AS kind_count,
        any_value(period_count) AS looked_count,
        sum(CASE WHEN equal_count >= 0.9 * period_count THEN sum_ns ELSE 0 END) / nullif(sum(sum_ns), 0)
            AS recurring_ratio
    FROM step__recurrence GROUP BY candidate_id
),
period AS (
    SELECT candidate_id, count(*) AS instance_count, median(next_ns - start_ns) AS median_ns,
        (quantile_cont(next_ns - start_ns, 0.75) - quantile_cont(next_ns - start_ns, 0.25))
            / nullif(median(next_ns - start_ns), 0) AS spread_ratio
    FROM step__occurrence GROUP BY candidate_id
),
judged AS (
    SELECT s.*, a.key_id, coalesce(e.period_count, 0) / r.looked_count AS exchange_ratio, p.instance_count, p.median_ns, p.spread_ratio, r.kind_count, r.recurring_ratio,
        CASE
            WHEN r.kind_count < 3 THEN 'rejected: fewer than 3 operation kinds run the same number of times per period'
            WHEN r.recurring_ratio < 0.9 THEN 'rejected: less than 90 % of GPU time recurs in each period'
            WHEN coalesce(e.period_count, 0) < 0.9 * r.looked_count
                THEN 'rejected: CPU and GPU do not interact in every period, which is typical of layers within a step'
            WHEN coalesce(p.spread_ratio, 1) > 0.35 THEN 'rejected: period lengths vary too much'
        END AS reason
    FROM step__shortlist AS s
    JOIN step__anchor AS a USING (candidate_id)
    JOIN period AS p USING (candidate_id)
    LEFT JOIN step__exchanging AS e USING (candidate_id)
    JOIN recurring AS r USING (candidate_id)
),
measured AS (
    SELECT *, max(CASE WHEN reason IS NULL THEN recurring_ratio END) OVER (PARTITION BY process_id, gpu_id) AS best_ratio
    FROM judged
),
ranked AS (
    SELECT *,
        -- Candidates whose recurring_ratio is within half a percentage point of the best one explain the trace equally
        -- well. Of these candidates, the one with the shortest period is chosen as the step.
        row_number() OVER (
            PARTITION BY process_id, gpu_id
            ORDER BY reason IS NOT NULL, recurring_ratio < best_ratio - 0.005, period_count DESC, key_id
        ) AS place
    FROM measured
)
SELECT r.process_id, r.gpu_id,
    coalesce(k.other, n.value) AS anchor,
    CASE WHEN k.other IS NULL THEN k.grid_x || ' ' || k.grid_y || ' ' || k.grid_z END AS grid,
    r.instance_count, r.median_ns, r.spread_ratio, r.kind_count, r.recurring_ratio, r.exchange_ratio,
    CASE WHEN reason IS NOT NULL THEN reason WHEN place = 1 THEN 'chosen' ELSE 'runner-up' END AS verdict,
    r.key_id
FROM ranked AS r
JOIN step__key AS k USING (process_id, gpu_id, key_id)
LEFT JOIN _string_kernel AS n ON n.id = k.name_id
ORDER BY r.process_id, r.gpu_id, place

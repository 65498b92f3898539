-- One row per process and GPU that it used, showing how steps were identified or why there are none, ordered by
-- process and GPU.
-- materialized: the result is small, and every report and comparison reads it.
--
-- process_id   BIGINT   -      key of the process (nsys's globalPid)
-- gpu_id       BIGINT   -      GPU number
-- found_by     VARCHAR  -      how the steps were identified; NULL if there are none
-- step_count   BIGINT   count  number of steps
-- cut_count    BIGINT   count  number of excluded steps, which are cut off by the start or end of the capture; if the
--     steps were identified by an anchor, this includes the parts before its first and after its last occurrence
-- reason       VARCHAR  -      reason why there are no steps; NULL if there are steps
WITH owner AS (SELECT DISTINCT process_id, gpu_id FROM _gpu_operation),
found AS (
    SELECT process_id, gpu_id, min(found_by) AS found_by, count(*) FILTER (NOT is_cut) AS step_count,
        count(*) FILTER (is_cut) + CASE WHEN bool_or(range_id IS NULL) THEN 1 ELSE 0 END AS cut_count
    FROM step__interval GROUP BY ALL
),
best AS (
    SELECT process_id, gpu_id, arg_max(verdict, recurring_ratio) AS verdict, count(*) AS candidate_count
    FROM step_candidate GROUP BY ALL
)
SELECT o.process_id, o.gpu_id, CASE WHEN f.step_count > 0 THEN f.found_by END AS found_by,
    coalesce(f.step_count, 0) AS step_count, coalesce(f.cut_count, 0) AS cut_count,
    CASE
        WHEN f.step_count > 0 THEN NULL
        WHEN (SELECT choice FROM step_choice) = 'none' THEN 'steps were not requested'
        WHEN (SELECT choice FROM step_choice) = 'pattern' THEN 'no range that launched GPU work matches the pattern'
        WHEN b.candidate_count IS NULL THEN 'no range name identifies a step, and no operation recurs regularly'
        ELSE 'no range name identifies a step, and the best anchor is ' || b.verdict
    END AS reason
FROM owner AS o
LEFT JOIN found AS f USING (process_id, gpu_id)
LEFT JOIN best AS b USING (process_id, gpu_id)
ORDER BY o.process_id, o.gpu_id

-- One row per process with GPU work, or without any such process one row: what the trace tells of its rank.
WITH worker AS (SELECT DISTINCT process_id FROM _gpu_operation),
-- The rank in the largest communicator that the process joined; the one of the job has all its ranks.
joined AS (
    SELECT thread_id & -16777216 AS process_id, arg_max(member, member_count) AS member, max(member_count) AS member_count
    FROM rank__call WHERE member IS NOT NULL GROUP BY ALL
),
-- The environment is that of the program which nsys started. It tells the rank if that program is the only worker.
variable AS (
    SELECT min(try_cast(regexp_extract(value, '=(\d+)$', 1) AS BIGINT)) AS member
    FROM loaded.META_DATA_CAPTURE WHERE name = 'PROCESS_0:ENVIRONMENT_VARIABLE'
)
SELECT w.process_id, pid_of(w.process_id) AS pid,
    coalesce(j.member, CASE WHEN (SELECT count(*) FROM worker) <= 1 THEN v.member END) AS told_rank,
    j.member_count AS told_count,
    CASE WHEN j.member IS NOT NULL THEN 'communicator' WHEN (SELECT count(*) FROM worker) <= 1 AND v.member IS NOT NULL
        THEN 'environment' END AS told_by,
    (SELECT max(utcEpochNs) FROM loaded.TARGET_INFO_SESSION_START_TIME) AS session_start_utc_ns,
    (SELECT nullif(max(value), '') FROM loaded.META_DATA_EXPORT WHERE name = 'NSYS_TOOLS_ORIGIN') AS origin
FROM (SELECT process_id FROM worker UNION ALL SELECT NULL WHERE NOT EXISTS (FROM worker)) AS w
LEFT JOIN joined AS j USING (process_id)
CROSS JOIN variable AS v
ORDER BY w.process_id

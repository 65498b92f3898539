-- One row per process with GPU work (a single row if no process has any), with what the trace reveals about its rank.
WITH worker AS (SELECT DISTINCT process_id FROM _gpu_operation),
-- Use the rank in the largest communicator that the process joined, because the communicator of the job includes all
-- its ranks.
joined AS (
    SELECT thread_id & -16777216 AS process_id, arg_max(member, member_count) AS member, max(member_count) AS member_count
    FROM rank__call WHERE member IS NOT NULL GROUP BY ALL
),
-- The recorded environment belongs to the program that nsys started. It identifies the rank only if that program is the
-- only worker.
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

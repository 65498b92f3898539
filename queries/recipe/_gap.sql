-- One row per gap longer than the requested threshold (500 ms by default) during which a GPU used by a process is idle,
-- ordered by duration, longest first, up to the row limit.
WITH covered AS (
    SELECT *, max(end_ns) OVER earlier AS until_ns, arg_max(context_id, end_ns) OVER earlier AS before_id
    FROM recipe__gpu_work
    WINDOW earlier AS (
        PARTITION BY process_id, device_id ORDER BY start_ns, end_ns ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
)
SELECT row_number() OVER (ORDER BY c.start_ns - c.until_ns DESC, c.until_ns, c.pid, c.device_id) AS number,
    c.start_ns - c.until_ns AS duration_ns, c.until_ns AS start_ns, c.pid, c.device_id, c.before_id AS context_id,
    c.process_id
FROM covered AS c, recipe__asked AS a
WHERE c.start_ns - c.until_ns > a.gap_ms * 1000000 AND c.start_ns > c.until_ns
ORDER BY number
LIMIT (SELECT CASE WHEN row_limit >= 0 THEN row_limit END FROM recipe__asked)

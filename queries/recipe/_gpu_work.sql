-- One row per interval in which a GPU is busy with a kernel, copy or memset, or with profiling overhead between the
-- first and last of these operations in its process.
WITH operation AS (
    SELECT start_ns, end_ns, process_id, device_id, context_id FROM _kernel
    UNION ALL SELECT start_ns, end_ns, process_id, device_id, context_id FROM copy
    UNION ALL SELECT start_ns, end_ns, process_id, device_id, context_id FROM memset
),
chosen AS (
    SELECT o.start_ns, o.end_ns, o.process_id, pid_of(o.process_id) AS pid, o.device_id, o.context_id
    FROM operation AS o, recipe__window AS w
    WHERE o.start_ns > 0 AND lies_in(o.start_ns, o.end_ns, w.first_ns, w.last_ns)
    AND (w.process_id IS NULL OR w.process_id = o.process_id)
),
span AS (
    SELECT process_id, pid, device_id, min(start_ns) AS start_ns, max(end_ns) AS end_ns,
        arg_max(context_id, end_ns) AS context_id
    FROM chosen
    GROUP BY ALL
)
FROM chosen
UNION ALL
SELECT o.start_ns, o.end_ns, s.process_id, s.pid, s.device_id, s.context_id
FROM _overhead AS o JOIN span AS s ON s.process_id = o.thread_id & -16777216, recipe__window AS w
WHERE o.start_ns > s.start_ns AND o.end_ns < s.end_ns AND lies_in(o.start_ns, o.end_ns, w.first_ns, w.last_ns)
    AND (w.thread_id IS NULL OR w.thread_id = o.thread_id)

-- One row per GPU operation and API call with the same process and correlationId. The row has the time of the
-- operation, the call that launched it, and the innermost piece at the start of the call. There is almost always one
-- row per operation. If several calls share an ID, there is one row for each of these calls (see _later_call).
-- materialized: it joins every operation to its call, and the start of the call to the boundaries of ranges.
--
-- The columns that are summed per range are included, so that operations need not be joined again. name_id is set for
-- kernels only. Removing duplicate calls before the join would take longer than the join itself, while checking for
-- duplicates afterwards costs nothing.
SELECT
    o.operation_id, o.process_id, o.gpu_id, o.name_id, o.start_ns, o.end_ns,
    c.call_id, c.thread_id, c.start_ns AS call_ns, c.end_ns AS call_end_ns,
    i.piece_id
FROM _gpu_operation AS o
LEFT JOIN _api_call AS c
    ON c.process_id = o.process_id AND c.correlation_id = o.correlation_id AND c.correlation_id <> 0
ASOF LEFT JOIN _innermost AS i ON i.thread_id = c.thread_id AND i.instant_ns <= c.start_ns

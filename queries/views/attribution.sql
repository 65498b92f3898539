-- One row per GPU operation: the API call that launched it and the innermost range open there; ordered by nothing.
-- materialised: joins every operation to its call, and the call's instant to the boundary table.
--
-- operation_id  BIGINT  -   the GPU operation
-- call_id       BIGINT  -   the API call that launched it; NULL when the trace does not tell
-- thread_id     BIGINT  -   the thread that launched it (nsys's globalTid); NULL likewise
-- call_ns       BIGINT  ns  start of that call
-- call_end_ns   BIGINT  ns  return of that call
-- range_id      BIGINT  -   innermost range open there; NULL: the operation is unattributed
-- piece_id      BIGINT  -   the piece of that range, key of _range_stack
SELECT
    o.operation_id, l.call_id, l.thread_id, l.start_ns AS call_ns, l.end_ns AS call_end_ns,
    i.piece_id & 1099511627775 AS range_id,
    i.piece_id
FROM _gpu_operation AS o
LEFT JOIN _launch AS l ON l.process_id = o.process_id AND l.correlation_id = o.correlation_id
ASOF LEFT JOIN _innermost AS i ON i.thread_id = l.thread_id AND i.instant_ns <= l.start_ns

-- One row per GPU operation: the API call that launched it and the innermost range open there; unordered.
--
-- operation_id  BIGINT  -   the GPU operation
-- call_id       BIGINT  -   the API call that launched it; NULL when the trace does not tell
-- thread_id     BIGINT  -   the thread that launched it (nsys's globalTid); NULL likewise
-- call_ns       BIGINT  ns  start of that call
-- call_end_ns   BIGINT  ns  return of that call
-- range_id      BIGINT  -   innermost range open there; NULL: the operation is unattributed
-- piece_id      BIGINT  -   the piece of that range, key of _range_stack
SELECT
    operation_id, call_id, thread_id, call_ns, call_end_ns,
    piece_id & 1099511627775 AS range_id,
    piece_id
FROM _launched

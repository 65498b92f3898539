-- One row per GPU operation and API call of its process and correlationId: where the operation lies in time, the call
-- that launched it and the piece that is innermost at the call's start. Almost always one row an operation; where an
-- id was given to several calls, all of them (see _later_call).
-- materialized: joins every operation to its call, and the call's instant to the boundary table.
--
-- It carries what is summed up over ranges, so that operations need not be joined a second time; name_id is a kernel's.
-- Making the calls unique first takes longer than the join; whether they are is free to see afterwards.
SELECT
    o.operation_id, o.process_id, o.gpu_id, o.name_id, o.start_ns, o.end_ns,
    c.call_id, c.thread_id, c.start_ns AS call_ns, c.end_ns AS call_end_ns,
    i.piece_id
FROM _gpu_operation AS o
LEFT JOIN _api_call AS c
    ON c.process_id = o.process_id AND c.correlation_id = o.correlation_id AND c.correlation_id <> 0
ASOF LEFT JOIN _innermost AS i ON i.thread_id = c.thread_id AND i.instant_ns <= c.start_ns

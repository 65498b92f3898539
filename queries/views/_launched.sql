-- One row per GPU operation: the row of _attribution with the call that launched it, which is the earliest call with
-- its correlationId. Queries that need only the launching range read this view instead of attribution, which also looks
-- up layers inside CUDA graphs.
SELECT a.*, a.piece_id & 1099511627775 AS range_id FROM _attribution AS a ANTI JOIN _later_call AS l ON l.call_id = a.call_id

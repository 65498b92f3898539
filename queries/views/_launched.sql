-- One row per GPU operation: the row of _attribution with the call that launched it, the earliest of its correlationId.
-- What counts by the launching range reads it in place of attribution, and so spares the layers inside CUDA graphs.
SELECT a.*, a.piece_id & 1099511627775 AS range_id FROM _attribution AS a ANTI JOIN _later_call AS l ON l.call_id = a.call_id

-- One row per GPU operation: the row of _attribution with the call that launched it, the earliest of its correlationId.
SELECT a.* FROM _attribution AS a ANTI JOIN _later_call AS l ON l.call_id = a.call_id

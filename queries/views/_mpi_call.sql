-- One row per traced MPI call of any kind, with its function, start and end.
SELECT s.value AS name, c.start AS start_ns, c."end" AS end_ns, c.globalTid AS thread_id
FROM (
    SELECT start, "end", globalTid, textId FROM loaded.MPI_P2P_EVENTS
    UNION ALL SELECT start, "end", globalTid, textId FROM loaded.MPI_START_WAIT_EVENTS
    UNION ALL SELECT start, "end", globalTid, textId FROM loaded.MPI_OTHER_EVENTS
    UNION ALL SELECT start, "end", globalTid, textId FROM loaded.MPI_COLLECTIVES_EVENTS
) AS c
JOIN _string_mpi AS s ON s.id = c.textId

-- One row per string that contains an MPI function name.
-- materialized: the trace's string table also contains environment variables and arguments, but only names are stored.
SELECT CAST(id AS BIGINT) AS id,
    CASE WHEN value IS NOT NULL THEN coalesce(try(decode(encode(value))), '(not UTF-8)') END AS value
FROM raw.StringIds
WHERE CAST(id AS BIGINT) IN (
    SELECT textId FROM loaded.MPI_P2P_EVENTS
    UNION SELECT textId FROM loaded.MPI_START_WAIT_EVENTS
    UNION SELECT textId FROM loaded.MPI_OTHER_EVENTS
    UNION SELECT textId FROM loaded.MPI_COLLECTIVES_EVENTS
)

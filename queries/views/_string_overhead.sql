-- One row per string that names an overhead of the profiler.
-- materialized: the trace's string table also holds environments and arguments; only names are kept.
SELECT CAST(id AS BIGINT) AS id,
    CASE WHEN value IS NOT NULL THEN coalesce(try(decode(encode(value))), '(not UTF-8)') END AS value
FROM raw.StringIds
WHERE CAST(id AS BIGINT) IN (SELECT nameId FROM loaded.PROFILER_OVERHEAD)

-- One row per string that contains a CUDA API function name.
-- materialized: the trace's string table also contains environment variables and arguments, but only names are stored.
SELECT CAST(id AS BIGINT) AS id,
    CASE WHEN value IS NOT NULL THEN coalesce(try(decode(encode(value))), '(not UTF-8)') END AS value
FROM raw.StringIds
WHERE CAST(id AS BIGINT) IN (SELECT nameId FROM loaded.CUPTI_ACTIVITY_KIND_RUNTIME)

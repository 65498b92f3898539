-- One row per string that names a CUDA API function.
-- materialized: the trace's string table also holds environments and arguments; only names are kept.
SELECT id, coalesce(try(decode(encode(value))), '(not UTF-8)') AS value
FROM raw.StringIds
WHERE id IN (SELECT nameId FROM loaded.CUPTI_ACTIVITY_KIND_RUNTIME)

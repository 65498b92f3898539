-- One row per string that names an OS runtime function.
-- materialized: the trace's string table also holds environments and arguments; only names are kept.
SELECT id, coalesce(try(decode(encode(value))), '(not UTF-8)') AS value
FROM raw.StringIds
WHERE id IN (SELECT nameId FROM loaded.OSRT_API)

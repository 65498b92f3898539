-- One row per registered string that names an NVTX range, mark or domain.
-- materialized: the trace's string table also holds environments and arguments; only names are kept.
SELECT id, coalesce(try(decode(encode(value))), '(not UTF-8)') AS value
FROM raw.StringIds
WHERE id IN (SELECT textId FROM loaded.NVTX_EVENTS)

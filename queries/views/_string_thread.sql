-- One row per string that names a thread.
-- materialised: the trace's string table also holds environments and arguments; only names are kept.
SELECT id, value
FROM raw.StringIds
WHERE id IN (SELECT nameId FROM loaded.ThreadNames)

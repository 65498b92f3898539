-- One row per string that names a thread. Not kept: a thread's name can be a user's or a path.
SELECT id, value
FROM raw.StringIds
WHERE id IN (SELECT nameId FROM loaded.ThreadNames)

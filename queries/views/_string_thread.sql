-- One row per string that contains a thread name.
-- unstored: a thread name can be a user name or a path.
SELECT CAST(id AS BIGINT) AS id,
    CASE WHEN value IS NOT NULL THEN coalesce(try(decode(encode(value))), '(not UTF-8)') END AS value
FROM raw.StringIds
WHERE CAST(id AS BIGINT) IN (SELECT nameId FROM loaded.ThreadNames)

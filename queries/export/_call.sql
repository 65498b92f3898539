-- One row per string key of an API call name, with the name shown in an export.
-- unstored: exports join it with each chunk of calls.
SELECT n.name_id, t.text_id AS title
FROM (SELECT DISTINCT name_id FROM _api_call) AS n
LEFT JOIN _string_call AS s ON s.id = n.name_id
JOIN export__text AS t ON t.text = coalesce(regexp_replace(s.value, '_v[0-9]{4}$', ''), '(no name)')

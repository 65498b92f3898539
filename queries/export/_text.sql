-- One row per distinct string that an export writes, with its ID. is_name: the string is the name of an event.
-- is_value: the string is the value of an annotation.
-- unstored: every table in an export is joined with it.
WITH text AS (
    SELECT label AS text, true AS is_name, true AS is_value FROM export__kernel
    UNION ALL SELECT name, false, true FROM export__kernel
    UNION ALL SELECT class, false, true FROM export__kernel
    UNION ALL SELECT text, false, true FROM export__shape
    UNION ALL SELECT DISTINCT 'copy ' || coalesce(kind, 'Unknown'), true, false FROM copy
    UNION ALL SELECT 'memset', true, false
    UNION ALL SELECT DISTINCT 'CUDA graph ' || coalesce(graph_id, 0), true, false FROM graph_run
    UNION ALL SELECT DISTINCT stage, true, true FROM stage__named
    UNION ALL SELECT DISTINCT layer, false, true FROM export__layer
    UNION ALL SELECT DISTINCT layer, false, true FROM export__module
    UNION ALL SELECT DISTINCT rolled_path, false, true FROM _range_path
    UNION ALL SELECT name, true, false FROM (SELECT DISTINCT coalesce(nullif(name, ''), '(no name)') AS name FROM _range_name)
    UNION ALL SELECT '(no name)', true, false
    UNION ALL SELECT regexp_replace(value, '_v[0-9]{4}$', ''), true, false
        FROM _string_call WHERE id IN (SELECT name_id FROM _api_call)
    UNION ALL SELECT DISTINCT name, true, false FROM os_call
    UNION ALL SELECT DISTINCT blocking_call, false, true FROM gap_list
    UNION ALL SELECT DISTINCT cause, true, false FROM gap_list
    UNION ALL SELECT DISTINCT phase, false, true FROM step
    UNION ALL SELECT DISTINCT phase || ' step', true, false FROM step
)
SELECT row_number() OVER (ORDER BY text)::INTEGER AS text_id, text, bool_or(is_name) AS is_name, bool_or(is_value) AS is_value
FROM text
WHERE text IS NOT NULL
GROUP BY text

-- One row per distinct way in which ranges of a style and thread are named: text or string, and domain.
-- materialized: names are assembled once per name instead of once per range.
--
-- first_id is the first such range. group_id is a common key for all ranges of a name, style and thread, and named_id
-- is a common key for all ranges of a name and style. Ways that yield the same name share these keys, and each key is
-- the first_id of some row. is_sole marks the only range of its name and style. This is true of most of PyTorch's
-- operator ranges, because their names contain a number. In three reports, quartiles, medians and distinct counts of
-- these single values would take longer than those of all other ranges together.
WITH way AS (
    SELECT text, text_id, domain_id, is_start_end, thread_id, min(range_id) AS first_id, count(*) AS range_count
    FROM _range_event
    GROUP BY ALL
),
named AS (
    SELECT w.*, concat(d.name || ':', coalesce(w.text, s.value, '')) AS name,
        CASE WHEN w.is_start_end THEN 'StartEnd' ELSE 'PushPop' END AS style
    FROM way AS w
    LEFT JOIN _string_range AS s ON s.id = w.text_id
    LEFT JOIN _domain AS d ON d.process_id = w.thread_id & -16777216 AND d.domain_id = w.domain_id
),
shared AS (SELECT name, style FROM named GROUP BY name, style HAVING count(*) > 1)
SELECT *, first_id AS group_id, first_id AS named_id, range_count = 1 AS is_sole
FROM named ANTI JOIN shared USING (name, style)
UNION ALL
SELECT *, min(first_id) OVER (PARTITION BY name, style, thread_id), min(first_id) OVER (PARTITION BY name, style), false
FROM named SEMI JOIN shared USING (name, style)

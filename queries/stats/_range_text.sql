-- One row per way in which the ranges of a style and thread are named: text or string, and domain.
-- materialized: names are put together once a name, not once a range.
--
-- first_id is the first such range. group_id is one key for all ranges of a name, style and thread, named_id for all of
-- a name and style: ways that read alike share them, and both are some row's first_id. is_sole says that the range is
-- the only one of its name and style, as most of PyTorch's operators are, which carry a number: quartiles, medians and
-- distinct counts of one value cost the three reports that have most of them more than all the others together.
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

-- One row per way in which the ranges of a style and thread are named: text or string, and domain.
-- materialised: names are put together once a name, not once a range.
--
-- first_id is the first such range. group_id is one key for all ranges of a name, style and thread, named_id for all of
-- a name and style: ways that read alike share them.
WITH way AS (
    SELECT text, text_id, domain_id, is_start_end, thread_id, min(range_id) AS first_id
    FROM _range_event
    GROUP BY ALL
),
named AS (
    SELECT w.*, concat(d.name || ':', coalesce(w.text, s.value, '')) AS name
    FROM way AS w
    LEFT JOIN _string_range AS s ON s.id = w.text_id
    LEFT JOIN _domain AS d ON d.process_id = w.thread_id & -16777216 AND d.domain_id = w.domain_id
)
SELECT *, CASE WHEN is_start_end THEN 'StartEnd' ELSE 'PushPop' END AS style,
    min(first_id) OVER (PARTITION BY name, is_start_end, thread_id) AS group_id,
    min(first_id) OVER (PARTITION BY name, is_start_end) AS named_id
FROM named

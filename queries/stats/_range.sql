-- One row per NVTX range as nsys's reports see it, named with its domain.
-- One that was never closed lasts to the last end of any; in summaries (listed_ns) to the last NVTX event at all.
-- group_id is one key for all ranges of a name, style and thread.
-- materialised: names and ends of all ranges, shared by nine reports.
WITH last AS (
    SELECT max(end_ns) AS end_ns, max(coalesce(end_ns, start_ns)) FILTER (NOT is_start_end) AS pop_ns FROM _range_event
),
last_event AS (SELECT max(greatest(start, "end")) AS at_ns FROM loaded.NVTX_EVENTS)
SELECT r.range_id,
    CASE WHEN d.name IS NULL THEN n.name ELSE d.name || ':' || n.name END AS name,
    CASE WHEN r.is_start_end THEN 'StartEnd' ELSE 'PushPop' END AS style,
    r.is_start_end, r.thread_id, r.end_thread_id, r.start_ns,
    coalesce(r.end_ns, last.end_ns) AS end_ns,
    coalesce(r.end_ns, last.end_ns) - r.start_ns AS duration_ns,
    coalesce(r.end_ns, e.at_ns) - r.start_ns AS listed_ns,
    -- Among push/pop ranges alone one that was never closed lasts to the last push or pop.
    coalesce(r.end_ns, last.pop_ns) AS pushpop_end_ns,
    min(r.range_id) OVER (PARTITION BY d.name, n.name, r.is_start_end, r.thread_id) AS group_id
FROM _range_event AS r
JOIN _range_text AS n USING (range_id)
LEFT JOIN _domain AS d ON d.process_id = r.thread_id & -16777216 AND d.domain_id = r.domain_id,
last, last_event AS e

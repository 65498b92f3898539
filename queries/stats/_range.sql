-- One row per NVTX range as nsys's reports see it, named with its domain.
-- One that was never closed lasts to the last end of any; in summaries (listed_ns) to the last NVTX event at all.
-- group_id is one key for all ranges of a name, style and thread.
-- materialised: names and ends of all ranges, shared by nine reports.
SELECT r.range_id,
    CASE WHEN d.name IS NULL THEN n.name ELSE d.name || ':' || n.name END AS name,
    CASE WHEN r.is_start_end THEN 'StartEnd' ELSE 'PushPop' END AS style,
    r.is_start_end, r.is_open, r.thread_id, r.end_thread_id, r.start_ns,
    CASE WHEN r.is_open THEN t.last_ns ELSE r.end_ns END AS end_ns,
    CASE WHEN r.is_open THEN t.last_ns ELSE r.end_ns END - r.start_ns AS duration_ns,
    CASE WHEN r.is_open THEN e.last_ns ELSE r.end_ns END - r.start_ns AS listed_ns,
    -- Among push/pop ranges alone one that was never closed lasts to the last push or pop.
    CASE WHEN r.is_open THEN t.last_pop_ns ELSE r.end_ns END AS pushpop_end_ns,
    r.end_ns AS nesting_end_ns,
    min(r.range_id) OVER (PARTITION BY d.name, n.name, r.is_start_end, r.thread_id) AS group_id
FROM _range AS r
JOIN _range_name AS n USING (range_id)
LEFT JOIN _domain AS d ON d.process_id = r.thread_id & -16777216 AND d.domain_id = r.domain_id,
(SELECT max(end_ns) FILTER (NOT is_open) AS last_ns,
    max(CASE WHEN is_open THEN start_ns ELSE end_ns END) FILTER (NOT is_start_end) AS last_pop_ns FROM _range) AS t,
(SELECT max(greatest(start, "end")) AS last_ns FROM loaded.NVTX_EVENTS) AS e

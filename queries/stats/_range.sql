-- One row per NVTX range as in nsys's reports. Its name is in stats__range_text, under either of its keys. A range that
-- was never closed lasts until the last end of any range. In summaries (listed_ns), it lasts until the last NVTX event.
-- materialized: nine reports read the keys and ends of all ranges.
WITH last AS (
    SELECT max(end_ns) AS end_ns, max(coalesce(end_ns, start_ns)) FILTER (NOT is_start_end) AS pop_ns FROM _range_event
),
last_event AS (SELECT max(greatest(start, "end")) AS at_ns FROM loaded.NVTX_EVENTS)
SELECT r.range_id, t.group_id, t.named_id, t.is_sole, r.is_start_end, r.thread_id, r.end_thread_id, r.start_ns,
    coalesce(r.end_ns, last.end_ns) AS end_ns,
    coalesce(r.end_ns, last.end_ns) - r.start_ns AS duration_ns,
    coalesce(r.end_ns, e.at_ns) - r.start_ns AS listed_ns,
    -- In reports of push/pop ranges, a range that was never closed lasts until the last push or pop.
    coalesce(r.end_ns, last.pop_ns) AS pushpop_end_ns
FROM _range_event AS r
JOIN stats__range_text AS t
    ON t.is_start_end = r.is_start_end AND t.thread_id IS NOT DISTINCT FROM r.thread_id
    AND t.domain_id IS NOT DISTINCT FROM r.domain_id AND t.text_id IS NOT DISTINCT FROM r.text_id
    AND t.text IS NOT DISTINCT FROM r.text,
last, last_event AS e

-- One row per blocking API call that does not return before a blocking call that its thread had started earlier. At any
-- time, a thread is blocked if the last of these calls that it has started has not returned.
WITH call AS (
    SELECT c.thread_id, c.start_ns, c.end_ns, c.name_id,
        max(c.end_ns) OVER (of_thread ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS earlier_ns,
        lead(c.start_ns) OVER of_thread AS next_ns
    FROM _api_call AS c
    WHERE c.name_id IN (SELECT name_id FROM api__waits)
    WINDOW of_thread AS (PARTITION BY c.thread_id ORDER BY c.start_ns, c.end_ns, c.call_id)
)
SELECT thread_id, start_ns, end_ns, name_id
FROM call
-- Of the calls that start at the same time, only the last one is kept, since a search by start would find any of them.
WHERE (earlier_ns IS NULL OR end_ns >= earlier_ns) AND next_ns IS DISTINCT FROM start_ns

-- One row per blocking API call, with the last return among this call and the blocking calls that its thread had started
-- before. If a GPU went idle before this return, the thread was still blocked.
SELECT thread_id, start_ns, last.end_ns AS end_ns, last.name_id AS name_id
FROM (
    SELECT c.thread_id, c.start_ns, max({
            'end_ns': c.end_ns, 'start_ns': c.start_ns, 'call_id': c.call_id, 'name_id': c.name_id
        }) OVER (PARTITION BY c.thread_id ORDER BY c.start_ns) AS last
    FROM _api_call AS c
    WHERE c.name_id IN (SELECT name_id FROM api__waits)
)

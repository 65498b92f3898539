-- One row per blocking API call, with the time at which it returned and its thread could continue.
SELECT c.thread_id, c.end_ns, arg_max(c.name_id, c.start_ns) AS name_id
FROM _api_call AS c
WHERE c.name_id IN (SELECT name_id FROM api__waits)
GROUP BY c.thread_id, c.end_ns

-- One row per CUDA API call to be drawn in an export; unordered. flow is set if the call launched a GPU operation.
SELECT c.thread_id, c.start_ns, greatest(coalesce(c.end_ns, c.start_ns), c.start_ns) AS end_ns, c.call_id,
    t.title, c.correlation_id, nullif(c.return_code, 0) AS return_code,
    CASE WHEN l.call_id IS NOT NULL THEN c.call_id END AS flow
FROM _api_call AS c
JOIN export__call AS t ON t.name_id IS NOT DISTINCT FROM c.name_id
LEFT JOIN (SELECT DISTINCT call_id, call_ns FROM _launched) AS l ON l.call_id = c.call_id AND l.call_ns = c.start_ns

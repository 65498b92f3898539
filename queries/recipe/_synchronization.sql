-- One row per call that waits for a device or a stream, ordered by duration, longest first, up to the row limit.
SELECT c.duration_ns, c.start_ns, pid_of(c.thread_id) AS pid, tid_of(c.thread_id) AS tid, s.value AS name,
    c.call_id, c.thread_id
FROM _api_call AS c JOIN _string_call AS s ON s.id = c.name_id, recipe__window AS w, recipe__asked AS a
WHERE (s.value ILIKE 'cudaDeviceSynchronize%' OR s.value ILIKE 'cudaStreamSynchronize%')
    AND lies_in(c.start_ns, c.end_ns, w.first_ns, w.last_ns)
    AND (w.process_id IS NULL OR w.process_id = c.process_id)
    AND (w.thread_id IS NULL OR w.thread_id = c.thread_id)
    AND (a.asked_pid IS NULL OR a.asked_pid = pid_of(c.thread_id))
    AND (a.asked_tid IS NULL OR a.asked_tid = tid_of(c.thread_id))
ORDER BY c.duration_ns DESC, c.call_id
LIMIT (SELECT CASE WHEN row_limit >= 0 THEN row_limit END FROM recipe__asked)

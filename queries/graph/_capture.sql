-- One row per begin and end of a stream capture. begin_ns is the begin of the capture, NULL for an end without one.
SELECT thread_id, start_ns, kind = 'begin' AS is_begin,
    CASE WHEN kind = 'begin' THEN start_ns WHEN lag(kind) OVER of_thread = 'begin' THEN lag(start_ns) OVER of_thread END
        AS begin_ns
FROM graph__call
WHERE kind <> 'create'
WINDOW of_thread AS (PARTITION BY thread_id ORDER BY start_ns)

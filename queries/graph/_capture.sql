-- One row per start and end of a stream capture. begin_ns is the start of the capture. It is NULL for an end without a
-- start.
SELECT thread_id, start_ns, kind = 'begin' AS is_begin,
    CASE WHEN kind = 'begin' THEN start_ns WHEN lag(kind) OVER of_thread = 'begin' THEN lag(start_ns) OVER of_thread END
        AS begin_ns
FROM graph__call
WHERE kind <> 'create'
WINDOW of_thread AS (PARTITION BY thread_id ORDER BY start_ns)

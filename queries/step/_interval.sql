-- One row per step, process and GPU, with the time from the start of its first operation until the next step begins or
-- its last operation ends.
-- materialized: small, and joined by every step query.
--
-- A step that is a range begins with the first operation launched in the range. If the next step is on the same thread
-- and in the same enclosing range (or neither step is in one), the step lasts until the next step begins. The reason is
-- that sampling and waiting for the CPU between two forward passes are part of an iteration. Otherwise, the step lasts
-- until its last operation ends or the next step begins, whichever is earlier. A step found by an anchor lasts from one
-- occurrence of the anchor to the next. If several steps begin at the same time on a GPU, only the one opened first is
-- kept. Steps of zero length are dropped. is_cut marks steps that the start or end of the capture cuts off.
WITH ranged AS (
    SELECT w.process_id, w.gpu_id, w.start_ns, w.last_end_ns, r.range_id, r.found_by, r.phase, r.thread_id,
        e.is_open, coalesce(p.parent_id, -1) AS parent_id
    FROM step__range_work AS w
    JOIN step__range AS r USING (range_id)
    JOIN _range AS e USING (range_id)
    LEFT JOIN _range_parent AS p USING (range_id)
    QUALIFY row_number() OVER (
        PARTITION BY w.process_id, w.gpu_id, w.start_ns ORDER BY r.start_ns, e.opened, r.range_id
    ) = 1
),
by_range AS (
    SELECT process_id, gpu_id, start_ns,
        CASE WHEN (thread_id, parent_id) = lead((thread_id, parent_id)) OVER follows
            THEN lead(start_ns) OVER follows
            ELSE least(last_end_ns, coalesce(lead(start_ns) OVER follows, last_end_ns))
        END AS end_ns,
        range_id, found_by, phase, is_open AS is_cut
    FROM ranged
    WINDOW follows AS (PARTITION BY process_id, gpu_id ORDER BY start_ns)
),
by_anchor AS (
    SELECT c.process_id, c.gpu_id, o.start_ns, o.next_ns AS end_ns, NULL::BIGINT AS range_id,
        'anchor: ' || c.anchor AS found_by, 'other' AS phase, o.next_ns IS NULL AS is_cut
    FROM step_candidate AS c
    JOIN step__anchor AS a ON a.key_id = c.key_id
    JOIN step__occurrence AS o
        ON o.candidate_id = a.candidate_id AND o.process_id = c.process_id AND o.gpu_id = c.gpu_id
    WHERE c.verdict = 'chosen' AND (SELECT choice FROM step_choice) = 'auto'
        AND NOT EXISTS (FROM step__range_work)
)
SELECT *, row_number() OVER (ORDER BY start_ns, process_id, gpu_id) AS step_id
FROM (FROM by_range UNION ALL FROM by_anchor)
WHERE is_cut OR end_ns > start_ns

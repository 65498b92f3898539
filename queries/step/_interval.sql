-- One row per step, process and GPU: the time from its first operation to the start of the next step or to its last
-- end.
-- materialized: small, and joined by every step query.
--
-- A step that is a range begins with the first operation launched in the range. If the next step is in the same
-- enclosing range on the same thread, or neither has one, the step lasts until the next step begins, because sampling
-- and waiting for the CPU between two forward passes are part of an iteration. Otherwise it lasts until its last
-- operation ends, at most until the next step begins. Steps found by an anchor last from one occurrence to the next. Of
-- steps that begin together on a GPU, the one opened first counts. Steps of zero length are dropped. is_cut marks steps
-- that the capture cut off.
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

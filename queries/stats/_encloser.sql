-- One row per NVTX range and range of its thread that was open when it was opened: what can enclose it.
-- level 1 is the one opened last.
WITH place AS (
    SELECT range_id AS piece_id, range_id, 0 AS above FROM _range WHERE end_ns > start_ns
    UNION ALL
    -- A range without length lies in what is innermost at its instant.
    SELECT i.piece_id, r.range_id, 1 FROM _range AS r
    ASOF JOIN _innermost AS i ON i.thread_id = r.thread_id AND i.instant_ns <= r.start_ns
    WHERE r.end_ns <= r.start_ns
)
SELECT p.range_id, s.range_id AS outer_id, s.level + p.above AS level
FROM place AS p
JOIN _range_stack AS s ON s.piece_id = p.piece_id AND s.level + p.above > 0

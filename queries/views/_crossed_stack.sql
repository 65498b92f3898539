-- One row per range on a thread whose ranges cross, and per range that is open at its start and may enclose it.
--
-- opened gives the order of the open ranges. The one with the largest value directly encloses the range. Ranges that
-- are opened while a range is open have the numbers that follow the number of that range.
WITH spans AS (FROM _range SEMI JOIN _crossing USING (thread_id)),
begun AS (SELECT thread_id, start_ns, max(opened) AS opened FROM spans GROUP BY ALL),
held AS (
    SELECT s.thread_id, s.range_id AS outer_id, s.opened, unnest(generate_series(s.opened + 1, b.opened)) AS inside
    FROM (FROM spans WHERE end_ns > start_ns) AS s
    ASOF JOIN begun AS b ON b.thread_id = s.thread_id AND b.start_ns < s.end_ns
)
SELECT s.range_id, h.outer_id, h.opened
FROM held AS h JOIN spans AS s ON s.thread_id = h.thread_id AND s.opened = h.inside

-- One row per NVTX range to be drawn in an export; unordered.
SELECT r.thread_id, r.start_ns, r.end_ns, r.range_id, t.text_id AS title, g.stage, p.text_id AS range, s.flops
FROM _range AS r
LEFT JOIN _range_name AS n USING (range_id)
JOIN (SELECT text_id, text FROM export__text WHERE is_name) AS t ON t.text = coalesce(nullif(n.name, ''), '(no name)')
LEFT JOIN _range_path AS a USING (range_id)
LEFT JOIN (SELECT text_id, text FROM export__text WHERE is_value) AS p ON p.text = a.rolled_path
LEFT JOIN (
    SELECT w.range_id, min(x.text_id) AS stage FROM stage__range AS w JOIN (SELECT text_id, text FROM export__text WHERE is_value) AS x ON x.text = w.stage GROUP BY ALL
) AS g USING (range_id)
LEFT JOIN shape AS s USING (range_id)

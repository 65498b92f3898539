-- One row per NVTX range, with its domain and its name without the domain.
SELECT r.range_id, r.start_ns, r.end_ns, r.thread_id, coalesce(s.value, r.text) AS name, d.name AS domain
FROM _range_event AS r
LEFT JOIN _string_range AS s ON s.id = r.text_id
LEFT JOIN _domain AS d ON d.process_id = r.thread_id & -16777216 AND d.domain_id = r.domain_id
WHERE coalesce(s.value, r.text) IS NOT NULL

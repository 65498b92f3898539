-- One row per anchor: the time that the examined periods cover together, and their number.
SELECT candidate_id, process_id, gpu_id, min(start_ns) AS start_ns, max(next_ns) AS end_ns, count(*) AS period_count
FROM step__looked_at
GROUP BY ALL

-- One row per anchor, with the start and end of the time covered by the examined periods, and the number of these
-- periods.
SELECT candidate_id, process_id, gpu_id, min(start_ns) AS start_ns, max(next_ns) AS end_ns, count(*) AS period_count
FROM step__looked_at
GROUP BY ALL

-- One row per anchor, with the number of examined periods (the first 32) in which the CPU and GPU interact.
SELECT b.candidate_id, count(DISTINCT l.place) AS period_count
FROM step__extent AS b
JOIN step__exchange AS e
    ON e.process_id = b.process_id AND coalesce(e.gpu_id, b.gpu_id) = b.gpu_id
    AND e.at_ns >= b.start_ns AND e.at_ns < b.end_ns
ASOF JOIN step__looked_at AS l ON l.candidate_id = b.candidate_id AND l.start_ns <= e.at_ns
GROUP BY b.candidate_id

-- One row per anchor: in how many of the periods looked at, the first 32, CPU and GPU exchange something.
WITH looked_at AS (
    SELECT candidate_id, process_id, gpu_id, start_ns, next_ns, place FROM step__occurrence
    WHERE place <= 32 AND next_ns IS NOT NULL
),
bounds AS (
    SELECT candidate_id, process_id, gpu_id, min(start_ns) AS start_ns, max(next_ns) AS end_ns
    FROM looked_at GROUP BY ALL
)
SELECT b.candidate_id, count(DISTINCT l.place) AS period_count
FROM bounds AS b
JOIN step__exchange AS e
    ON e.process_id = b.process_id AND coalesce(e.gpu_id, b.gpu_id) = b.gpu_id
    AND e.at_ns >= b.start_ns AND e.at_ns < b.end_ns
ASOF JOIN looked_at AS l ON l.candidate_id = b.candidate_id AND l.start_ns <= e.at_ns
GROUP BY b.candidate_id

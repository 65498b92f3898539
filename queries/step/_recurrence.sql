-- One row per shortlisted anchor and kind of operation, with the number of examined periods (of the first 32) in which
-- the kind runs the same number of times.
WITH counted AS (
    SELECT b.candidate_id, b.period_count, o.key_id, l.place, count(*) AS n, sum(o.duration_ns) AS sum_ns
    FROM step__extent AS b
    JOIN step__operation AS o
        ON o.process_id = b.process_id AND o.gpu_id = b.gpu_id AND o.start_ns >= b.start_ns AND o.start_ns < b.end_ns
    ASOF JOIN step__looked_at AS l ON l.candidate_id = b.candidate_id AND l.start_ns <= o.start_ns
    GROUP BY ALL
),
by_number AS (
    SELECT candidate_id, period_count, key_id, n, count(*) AS equal_count, sum(sum_ns) AS sum_ns
    FROM counted GROUP BY ALL
)
SELECT candidate_id, key_id, any_value(period_count) AS period_count, max(equal_count) AS equal_count,
    sum(sum_ns)::BIGINT AS sum_ns
FROM by_number
GROUP BY candidate_id, key_id

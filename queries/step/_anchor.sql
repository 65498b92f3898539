-- One row per candidate number of steps, with the kind of operation whose occurrences mark the starts of the steps.
-- materialized: small, and read twice.
--
-- All kinds of operations that run once per step yield the same steps. The steps differ only in where they begin and
-- slightly in length, because a kernel that waits for another GPU drifts. Copies from the host take precedence, then
-- graph runs, copies to the host, and kernels. Among the kinds with the highest precedence, the one whose median period
-- is closest to the median over these kinds is chosen. GPUs with the same number of steps are ranks of one program and
-- use the same kind if they have one in common.
WITH key AS (
    SELECT s.candidate_id, s.period_count, k.process_id, k.gpu_id, k.key_id, k.preference
    FROM step__shortlist AS s
    JOIN step__key AS k
        ON k.process_id = s.process_id AND k.gpu_id = s.gpu_id AND k.operation_count = s.period_count
    QUALIFY k.preference = min(k.preference) OVER (PARTITION BY s.candidate_id)
        AND row_number() OVER (PARTITION BY s.candidate_id ORDER BY k.preference, k.sum_ns DESC, k.key_id) <= 31
),
length AS (
    SELECT k.candidate_id, k.period_count, k.key_id,
        lead(o.start_ns) OVER (PARTITION BY k.candidate_id, k.key_id ORDER BY o.start_ns) - o.start_ns AS period_ns
    FROM key AS k JOIN step__operation AS o USING (process_id, gpu_id, key_id)
),
middle AS (
    SELECT candidate_id, period_count, key_id, median(period_ns) AS median_ns FROM length GROUP BY ALL
),
off AS (
    SELECT candidate_id, period_count, key_id,
        abs(median_ns - median(median_ns) OVER (PARTITION BY candidate_id)) AS off_ns
    FROM middle
)
SELECT candidate_id, key_id
FROM (
    SELECT candidate_id, key_id,
        count(*) OVER (PARTITION BY period_count, key_id) AS rank_count,
        avg(off_ns) OVER (PARTITION BY period_count, key_id) AS mean_off_ns
    FROM off
)
QUALIFY row_number() OVER (PARTITION BY candidate_id ORDER BY rank_count DESC, mean_off_ns, key_id) = 1

-- One row per kernel name across all ranks, ordered by sum_ns, largest first. Quantiles are exact and cover all
-- launches on all ranks.
-- over: ranks
--
-- name          VARCHAR  -      demangled kernel name with template arguments
-- label         VARCHAR  -      short kernel name (see kernel_label)
-- count         BIGINT   count  number of launches on all ranks
-- sum_ns        BIGINT   ns     total duration
-- share_ratio   DOUBLE   ratio  sum_ns divided by the total duration of all kernels
-- mean_ns       DOUBLE   ns     mean duration
-- min_ns        BIGINT   ns     minimum duration
-- q1_ns         DOUBLE   ns     first quartile
-- median_ns     DOUBLE   ns     median duration
-- q3_ns         DOUBLE   ns     third quartile
-- max_ns        BIGINT   ns     maximum duration
-- rank_count    BIGINT   count  number of ranks that launched the kernel
-- low_rank      BIGINT   -      rank with the smallest total duration
-- low_sum_ns    BIGINT   ns     total duration on low_rank
-- high_rank     BIGINT   -      rank with the largest total duration
-- high_sum_ns   BIGINT   ns     total duration on high_rank
WITH counted AS (
    SELECT name, duration_ns, sum(count)::BIGINT AS count FROM rank__kernel GROUP BY ALL
),
ordered AS (
    SELECT name, duration_ns, count,
        sum(count) OVER (PARTITION BY name ORDER BY duration_ns) AS upto,
        sum(count) OVER (PARTITION BY name) AS total
    FROM counted
),
summed AS (
    SELECT name, sum(count)::BIGINT AS count, sum(count * duration_ns)::BIGINT AS sum_ns, min(duration_ns) AS min_ns,
        max(duration_ns) AS max_ns,
        linear_quarter(duration_ns, upto, total, 1) AS q1_ns,
        linear_quarter(duration_ns, upto, total, 2) AS median_ns,
        linear_quarter(duration_ns, upto, total, 3) AS q3_ns
    FROM ordered GROUP BY name
),
ranked AS (
    SELECT rank, name, sum(count * duration_ns)::BIGINT AS sum_ns FROM rank__kernel GROUP BY ALL
),
apart AS (
    SELECT name, count(*) AS rank_count, arg_min(rank, (sum_ns, rank)) AS low_rank, min(sum_ns) AS low_sum_ns,
        arg_max(rank, (sum_ns, -rank)) AS high_rank, max(sum_ns) AS high_sum_ns
    FROM ranked GROUP BY name
)
SELECT s.name, label_or(l.label, s.name) AS label, s.count, s.sum_ns, s.sum_ns / nullif(sum(s.sum_ns) OVER (PARTITION BY 1), 0) AS share_ratio,
    s.sum_ns / s.count AS mean_ns, s.min_ns, s.q1_ns, s.median_ns, s.q3_ns, s.max_ns, a.rank_count, a.low_rank, a.low_sum_ns, a.high_rank, a.high_sum_ns
FROM summed AS s JOIN apart AS a ON a.name IS NOT DISTINCT FROM s.name
LEFT JOIN (SELECT name, min(label) AS label FROM kernel_label GROUP BY name) AS l ON l.name = s.name
ORDER BY s.sum_ns DESC, s.name

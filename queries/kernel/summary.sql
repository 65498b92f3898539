-- One row per kernel name, ordered by sum_ns, largest first.
--
-- name         VARCHAR  -      demangled name with template arguments
-- label        VARCHAR  -      short name that distinguishes the kernel from others (see kernel_label)
-- short_name   VARCHAR  -      function name without namespace or template arguments
-- instance_count  BIGINT  count  number of executions
-- sum_ns       BIGINT   ns     sum of durations
-- share_ratio  DOUBLE   ratio  sum_ns divided by the total duration of all kernels
-- median_ns    DOUBLE   ns     median duration
-- mean_ns      DOUBLE   ns     mean duration
-- min_ns       BIGINT   ns     minimum duration
-- max_ns       BIGINT   ns     maximum duration
-- stddev_ns    DOUBLE   ns     sample standard deviation; NULL for a single execution
-- A name that the trace stores twice has only one row.
-- Medians are computed from counted values (see counted_median).
WITH counted AS (
    SELECT n.same_id, min(k.short_name_id) AS short_name_id, k.duration_ns AS ns, count(*) AS n
    FROM _kernel AS k LEFT JOIN _kernel_name AS n USING (name_id)
    GROUP BY n.same_id, k.duration_ns
),
placed AS (
    SELECT *, sum(n) OVER of_name AS instance_count, sum(n) OVER (of_name ORDER BY ns) AS last_place
    FROM counted
    WINDOW of_name AS (PARTITION BY same_id)
),
grouped AS (
    SELECT same_id, min(short_name_id) AS short_name_id, sum(n)::BIGINT AS instance_count,
        sum(n * ns)::BIGINT AS sum_ns, counted_median(ns, last_place, 0, instance_count) AS median_ns,
        sum(n * ns)::DOUBLE / sum(n) AS mean_ns, min(ns) AS min_ns, max(ns) AS max_ns,
        deviation_of(sum(n), sum(n * ns), sum(n * ns::HUGEINT * ns)) AS stddev_ns
    FROM placed
    GROUP BY same_id
),
-- Windows and groups carry keys, and names are joined last: a million names would not fit in the memory limit.
shared AS (SELECT *, sum_ns / nullif(sum(sum_ns) OVER (PARTITION BY 1), 0) AS share_ratio FROM grouped)
SELECT
    coalesce(n.name, '(no name)') AS name, label_or(l.label, coalesce(n.name, '(no name)')) AS label,
    short.value AS short_name, s.instance_count, s.sum_ns, s.share_ratio,
    s.median_ns, s.mean_ns, s.min_ns, s.max_ns, s.stddev_ns
FROM shared AS s
LEFT JOIN _kernel_name AS n ON n.name_id = s.same_id
LEFT JOIN _string_kernel AS short ON short.id = s.short_name_id
LEFT JOIN kernel_label AS l ON l.name = n.name
ORDER BY s.sum_ns DESC, name

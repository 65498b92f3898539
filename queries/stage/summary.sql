-- One row per stage, one row for operations outside every stage, and one for unattributed operations, ordered by
-- exclusive_ns, then by sum_ns and wall_ns, largest first. The exclusive columns add up to the totals of all GPU
-- operations.
--
-- stage               VARCHAR  -      stage name, (outside every stage), or (unattributed)
-- instance_count      BIGINT   count  number of instances; NULL for the two rows that are not stages
-- wall_ns             BIGINT   ns     sum of the range durations on the CPU
-- span_ns             BIGINT   ns     time from the start of an instance's first operation to the end of its last one
--     on the GPU, summed over instances
-- busy_ns             BIGINT   ns     time during which at least one operation of an instance ran, summed over
--     instances
-- sum_ns              BIGINT   ns     sum of operation durations, including nested stages
-- idle_ns             BIGINT   ns     span_ns - busy_ns
-- exclusive_ns        BIGINT   ns     sum of the durations of GPU operations whose innermost stage is this one
-- exclusive_ratio     DOUBLE   ratio  exclusive_ns divided by the total duration of all GPU operations
-- operation_count     BIGINT   count  number of GPU operations, including nested stages
-- exclusive_count     BIGINT   count  number of GPU operations whose innermost stage is this one
-- kernel_count        BIGINT   count  number of kernels, including nested stages
-- launches_per_instance  DOUBLE  count  mean number of API calls per instance that launch GPU operations
-- median_wall_ns      DOUBLE   ns     median wall time per instance
-- stddev_wall_ns      DOUBLE   ns     sample standard deviation of the wall time
-- min_wall_ns         BIGINT   ns     minimum wall time
-- max_wall_ns         BIGINT   ns     maximum wall time
-- median_span_ns      DOUBLE   ns     median span per instance
-- stddev_span_ns      DOUBLE   ns     sample standard deviation of the span
-- busy_ratio          DOUBLE   ratio  busy_ns divided by span_ns
WITH exclusive AS (
    SELECT owner_text(w.piece_id, s.stage) AS stage,
        s.stage IS NOT NULL AS is_stage, sum(w.n)::BIGINT AS n, sum(w.ns)::BIGINT AS ns
    FROM _piece_work AS w LEFT JOIN stage__piece AS s ON s.piece_id = w.piece_id AND s.is_innermost
    GROUP BY ALL
),
inclusive AS (
    SELECT stage, true AS is_stage, count(*) AS instance_count, sum(wall_ns)::BIGINT AS wall_ns,
        sum(span_ns)::BIGINT AS span_ns, sum(busy_ns)::BIGINT AS busy_ns, sum(sum_ns)::BIGINT AS sum_ns,
        sum(idle_ns)::BIGINT AS idle_ns, sum(operation_count)::BIGINT AS operation_count,
        sum(kernel_count)::BIGINT AS kernel_count, avg(launch_count) AS launches_per_instance,
        median(wall_ns) AS median_wall_ns, deviation(wall_ns) AS stddev_wall_ns, min(wall_ns) AS min_wall_ns,
        max(wall_ns) AS max_wall_ns, median(span_ns) AS median_span_ns, deviation(span_ns) AS stddev_span_ns
    FROM stage__instance GROUP BY stage
)
SELECT
    coalesce(i.stage, e.stage) AS stage, i.instance_count, i.wall_ns, i.span_ns, i.busy_ns,
    coalesce(i.sum_ns, e.ns) AS sum_ns, i.idle_ns,
    coalesce(e.ns, 0) AS exclusive_ns,
    coalesce(e.ns, 0) / nullif(sum(coalesce(e.ns, 0)) OVER (PARTITION BY 1), 0) AS exclusive_ratio,
    coalesce(i.operation_count, e.n) AS operation_count,
    coalesce(e.n, 0) AS exclusive_count,
    i.kernel_count, i.launches_per_instance, i.median_wall_ns, i.stddev_wall_ns, i.min_wall_ns, i.max_wall_ns,
    i.median_span_ns, i.stddev_span_ns, i.busy_ns / nullif(i.span_ns, 0) AS busy_ratio
FROM inclusive AS i FULL JOIN exclusive AS e ON e.stage = i.stage AND e.is_stage = i.is_stage
ORDER BY exclusive_ns DESC, sum_ns DESC, i.wall_ns DESC NULLS LAST, stage

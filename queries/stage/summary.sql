-- One row per stage, one for operations outside every stage and one for the unattributed; ordered by exclusive_ns,
-- largest first, then by wall_ns. The exclusive columns add up to all GPU operations.
--
-- stage               VARCHAR  -      name of the stage, or (outside every stage), or (unattributed)
-- instance_count      BIGINT   count  instances; NULL where there is no stage
-- wall_ns             BIGINT   ns     time on the CPU between open and close, added over instances
-- span_ns             BIGINT   ns     first start to last end on the GPU, added over instances
-- busy_ns             BIGINT   ns     time in which at least one of its operations ran, added over instances
-- sum_ns              BIGINT   ns     durations of its operations, those of stages inside included
-- idle_ns             BIGINT   ns     span_ns - busy_ns
-- exclusive_ns        BIGINT   ns     durations of the operations whose innermost stage it is
-- exclusive_ratio     DOUBLE   ratio  exclusive_ns over all GPU operations
-- operation_count     BIGINT   count  GPU operations, those of stages inside included
-- exclusive_count     BIGINT   count  GPU operations whose innermost stage it is
-- kernel_count        BIGINT   count  kernels, those of stages inside included
-- launches_per_instance  DOUBLE  count  launching API calls of an instance, mean
-- median_wall_ns      DOUBLE   ns     median of wall time over instances
-- stddev_wall_ns      DOUBLE   ns     its sample standard deviation
-- min_wall_ns         BIGINT   ns     shortest
-- max_wall_ns         BIGINT   ns     longest
-- median_span_ns      DOUBLE   ns     median of span over instances
-- stddev_span_ns      DOUBLE   ns     its sample standard deviation
-- busy_ratio          DOUBLE   ratio  busy_ns over span_ns
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
    FROM stage_instance GROUP BY stage
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

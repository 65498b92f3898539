-- One row per NVTX range name and style, ordered by total duration, longest first.
-- materialized: computing the quartiles of each name requires sorting.
--
-- share_percent   DOUBLE   -      sum_ns as a percentage of the sum over all rows
-- sum_ns          BIGINT   ns     total duration
-- instance_count  BIGINT   count  number of ranges
-- mean_ns         DOUBLE   ns     mean duration
-- median_ns       DOUBLE   ns     median duration
-- min_ns          BIGINT   ns     minimum duration
-- max_ns          BIGINT   ns     maximum duration
-- stddev_ns       DOUBLE   ns     sample standard deviation; 0 for a single value
-- style           VARCHAR  -      PushPop or StartEnd
-- name            VARCHAR  -      domain and name of the range
-- q1_ns           VARCHAR  ns     first quartile as printed by nsys
-- q3_ns           VARCHAR  ns     third quartile as printed by nsys
--
-- nsys: share_percent = Time:ratio_%
-- nsys: sum_ns = Total Time:dur_ns
-- nsys: instance_count = Instances
-- nsys: mean_ns = Avg:dur_ns
-- nsys: median_ns = Med:dur_ns
-- nsys: min_ns = Min:dur_ns
-- nsys: max_ns = Max:dur_ns
-- nsys: stddev_ns = StdDev:dur_ns
-- nsys: style = Style
-- nsys: name = Range
-- nsys: q1_ns = _Q1
-- nsys: q3_ns = _Q3
WITH summary AS (
    SELECT named_id, spread(listed_ns) AS s, quarters(listed_ns) AS q
    FROM stats__range
    WHERE NOT is_sole
    GROUP BY named_id
    UNION ALL
    SELECT named_id, spread_of_one(listed_ns), NULL FROM stats__range WHERE is_sole
)
SELECT
    100.0 * s.sum / sum(s.sum) OVER (PARTITION BY 1) AS share_percent,
    s.sum AS sum_ns, s.count AS instance_count, s.mean AS mean_ns, s.median AS median_ns,
    s.min AS min_ns, s.max AS max_ns, s.stddev AS stddev_ns,
    n.style, n.name,
    coalesce(quarter_text(q, 1), s.min::VARCHAR) AS q1_ns,
    coalesce(quarter_text(q, 3), s.min::VARCHAR) AS q3_ns
FROM summary AS m
JOIN stats__range_text AS n ON n.first_id = m.named_id
ORDER BY sum_ns DESC, n.name, n.style

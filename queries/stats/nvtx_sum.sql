-- One row per name and style of NVTX range; longest total first.
-- materialised: quartiles of every name, sorted.
--
-- time_percent    DOUBLE  -      Time:ratio_% | share of the sum of all totals
-- total_ns        BIGINT  ns     Total Time:dur_ns | sum of the durations
-- instance_count  BIGINT  count  Instances | ranges
-- average_ns      DOUBLE  ns     Avg:dur_ns | mean duration
-- median_ns       DOUBLE  ns     Med:dur_ns | median duration
-- minimum_ns      BIGINT  ns     Min:dur_ns | shortest
-- maximum_ns      BIGINT  ns     Max:dur_ns | longest
-- deviation_ns    DOUBLE  ns     StdDev:dur_ns | sample standard deviation; 0 of a single one
-- style           VARCHAR -      Style | PushPop or StartEnd
-- name            VARCHAR -      Range | domain and name of the range
-- quarter1_ns     VARCHAR ns     _Q1 | first quartile, as nsys prints it
-- quarter3_ns     VARCHAR ns     _Q3 | third quartile, as nsys prints it
WITH summary AS (
    SELECT named_id, spread(listed_ns) AS s, quarters(listed_ns) AS q
    FROM stats__range
    WHERE NOT is_sole
    GROUP BY named_id
    UNION ALL
    SELECT named_id, spread_of_one(listed_ns), NULL FROM stats__range WHERE is_sole
)
SELECT
    100.0 * s.total / sum(s.total) OVER () AS time_percent,
    s.total AS total_ns, s.count AS instance_count, s.mean AS average_ns, s.median AS median_ns,
    s.least AS minimum_ns, s.most AS maximum_ns, s.deviation AS deviation_ns,
    n.style, n.name,
    coalesce(quarter_text(q, 1), s.least::VARCHAR) AS quarter1_ns,
    coalesce(quarter_text(q, 3), s.least::VARCHAR) AS quarter3_ns
FROM summary AS m
JOIN stats__range_text AS n ON n.first_id = m.named_id
ORDER BY total_ns DESC, n.name, n.style

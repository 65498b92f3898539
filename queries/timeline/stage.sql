-- One row per GPU, stage and segment, for a chart of the run, ordered by lane and start. A segment is a time interval
-- in which operations of the stage run on the GPU. Each operation is in one segment, so the sums add up to all GPU
-- time. Operations that end before they start are excluded.
-- materialized: the result is small, and every report draws it.
--
-- There are at most about 3,000 rows, regardless of the length of the trace, because operations that are close to each
-- other share a segment. A new segment begins after each of the 1,500 longest gaps in the lanes. In addition, the trace
-- is divided into about 1,200 / (number of lanes) parts, and each part begins a new segment. A gap shorter than
-- 1/20,000 of the trace does not begin a segment. There are at most 16 lanes, or two per GPU if that is more. On each
-- GPU, the stages with the most time have their own lanes, and all other stages share one lane.
--
-- lane             INTEGER  -      lane number, from 1; lanes are ordered by GPU, then by stage time, largest first
-- gpu_id           BIGINT   -      GPU number
-- stage            VARCHAR  -      innermost stage of the operations; NULL in a lane that several stages share
-- start_ns         BIGINT   ns     start of the first operation
-- end_ns           BIGINT   ns     latest end of an operation
-- sum_ns           BIGINT   ns     sum of operation durations; exceeds end_ns - start_ns if operations overlap
-- operation_count  BIGINT   count  number of operations
WITH extent AS (
    SELECT min(start_ns) AS first_ns, greatest(max(end_ns) - min(start_ns), 1) AS length_ns,
        greatest(16 // count(DISTINCT gpu_id) - 1, 1) AS named_lanes
    FROM _gpu_operation
    WHERE end_ns >= start_ns
),
-- From here on, operations that start in the same small time cell are combined into one row, so the query never sorts
-- millions of operations.
cell AS MATERIALIZED (
    SELECT o.gpu_id, o.stage, (o.start_ns - e.first_ns) // (e.length_ns // 20000 + 1) AS cell,
        min(o.start_ns) AS start_ns, max(o.end_ns) AS end_ns, sum(o.end_ns - o.start_ns)::BIGINT AS sum_ns, count(*) AS n
    FROM stage__owner AS o, extent AS e
    WHERE o.end_ns >= o.start_ns
    GROUP BY ALL
),
named AS (SELECT stage, row_number() OVER (ORDER BY sum(sum_ns) DESC, stage) AS rank FROM cell GROUP BY stage),
lane AS MATERIALIZED (
    SELECT gpu_id, stage, CASE WHEN rank <= named_lanes THEN stage END AS called,
        dense_rank() OVER (ORDER BY gpu_id, least(rank, named_lanes + 1)) AS lane
    FROM (SELECT DISTINCT gpu_id, stage FROM cell) JOIN named USING (stage), extent
),
laned AS MATERIALIZED (
    SELECT l.lane, c.cell, min(c.start_ns) AS start_ns, max(c.end_ns) AS end_ns, sum(c.sum_ns) AS sum_ns, sum(c.n) AS n
    FROM cell AS c JOIN lane AS l USING (gpu_id, stage)
    GROUP BY ALL
),
covered AS MATERIALIZED (
    SELECT *, start_ns - max(end_ns) OVER (
        PARTITION BY lane ORDER BY cell ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS gap_ns
    FROM laned
),
longest AS (
    SELECT coalesce(min(gap_ns), 0) AS joined_ns
    FROM (SELECT gap_ns FROM covered WHERE gap_ns > 0 ORDER BY gap_ns DESC LIMIT 1 OFFSET 1500)
),
lanes AS (SELECT max(lane) AS n FROM lane),
numbered AS (
    SELECT c.*, c.cell * greatest(1200 // k.n, 1) // 20000 AS part,
        sum((c.gap_ns > l.joined_ns)::INTEGER) OVER (PARTITION BY c.lane ORDER BY c.cell ROWS UNBOUNDED PRECEDING) AS segment
    FROM covered AS c, longest AS l, lanes AS k
)
SELECT n.lane::INTEGER AS lane, any_value(l.gpu_id) AS gpu_id, any_value(l.called) AS stage,
    min(n.start_ns) AS start_ns, max(n.end_ns) AS end_ns, sum(n.sum_ns)::BIGINT AS sum_ns, sum(n.n)::BIGINT AS operation_count
FROM numbered AS n JOIN (SELECT DISTINCT lane, gpu_id, called FROM lane) AS l USING (lane)
GROUP BY n.lane, n.part, n.segment
ORDER BY n.lane, min(n.start_ns)

-- One row per GPU, stage and segment: a stretch of time in which operations of the stage run on the GPU, for a picture of
-- the run; ordered by lane and start. Each operation is in one segment, so that sum_ns adds up to all GPU time; operations
-- that end before they start are left out.
--
-- At most some 3,000 rows, whatever the trace: operations that are close to one another share a segment. A new one begins
-- after each of the 1,500 longest gaps of a lane, and in each of some 1,200 / lanes parts of the trace. A gap shorter than a
-- 50,000th of the trace begins none. There are at most 16 lanes, or two per GPU: the stages with the most time have
-- lanes of their own on each GPU, the others share one.
--
-- lane             INTEGER  -      number of the lane, from 1: by GPU, then the stages with the most time first
-- gpu_id           BIGINT   -      the GPU
-- stage            VARCHAR  -      innermost stage of the operations; NULL for the stages that share a lane
-- start_ns         BIGINT   ns     first start
-- end_ns           BIGINT   ns     last end
-- sum_ns           BIGINT   ns     sum of the durations; above end_ns - start_ns where operations overlap
-- operation_count  BIGINT   count  operations
WITH operation AS (
    SELECT o.gpu_id, o.start_ns, o.end_ns, w.stage
    FROM _gpu_operation AS o JOIN stage__owner AS w USING (operation_id)
    WHERE o.end_ns >= o.start_ns
),
extent AS (
    SELECT min(start_ns) AS first_ns, greatest(max(end_ns) - min(start_ns), 1) AS length_ns,
        count(DISTINCT gpu_id) AS gpus
    FROM operation
),
named AS (
    SELECT stage, row_number() OVER (ORDER BY sum(end_ns - start_ns) DESC, stage) AS rank FROM operation GROUP BY stage
),
-- What starts in one small cell of time is one row from here on: millions of operations are never sorted.
cell AS (
    SELECT o.gpu_id, o.stage, (o.start_ns - e.first_ns) // (e.length_ns // 50000 + 1) AS cell,
        min(o.start_ns) AS start_ns, max(o.end_ns) AS end_ns, sum(o.end_ns - o.start_ns) AS sum_ns, count(*) AS n
    FROM operation AS o, extent AS e
    GROUP BY ALL
),
laned AS (
    SELECT c.* EXCLUDE (stage), CASE WHEN s.rank <= greatest(16 // e.gpus - 1, 1) THEN c.stage END AS stage,
        dense_rank() OVER (ORDER BY c.gpu_id, least(s.rank, greatest(16 // e.gpus - 1, 1) + 1)) AS lane
    FROM cell AS c JOIN named AS s USING (stage), extent AS e
),
covered AS (
    SELECT l.*, l.start_ns - max(l.end_ns) OVER before AS gap_ns,
        (l.start_ns - e.first_ns) // (e.length_ns // greatest(1200 // max(l.lane) OVER (PARTITION BY 1), 1) + 1) AS part
    FROM laned AS l, extent AS e
    WINDOW before AS (
        PARTITION BY l.lane ORDER BY l.start_ns, l.end_ns, l.cell, l.stage
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
),
longest AS (
    SELECT coalesce(min(gap_ns), 0) AS joined_ns
    FROM (SELECT gap_ns FROM covered WHERE gap_ns > 0 ORDER BY gap_ns DESC LIMIT 1 OFFSET 1500)
),
numbered AS (
    SELECT c.*, count(*) FILTER (c.gap_ns > l.joined_ns) OVER (
            PARTITION BY c.lane ORDER BY c.start_ns, c.end_ns, c.cell, c.stage ROWS UNBOUNDED PRECEDING
        ) AS segment
    FROM covered AS c, longest AS l
)
SELECT lane::INTEGER AS lane, gpu_id, stage, min(start_ns) AS start_ns, max(end_ns) AS end_ns,
    sum(sum_ns)::BIGINT AS sum_ns, sum(n)::BIGINT AS operation_count
FROM numbered
GROUP BY lane, gpu_id, stage, part, segment
ORDER BY lane, start_ns

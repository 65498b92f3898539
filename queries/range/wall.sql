-- One row per rolled-up path (a place in the program), with its time on the CPU, ordered by exclusive_wall_ns, largest
-- first.
--
-- rolled_path        VARCHAR  -      range labels from the outermost range inward, joined by /
-- instance_count     BIGINT   count  number of ranges
-- wall_ns            BIGINT   ns     sum of the range durations on the CPU
-- exclusive_wall_ns  BIGINT   ns     part of wall_ns during which no nested range was open
-- median_wall_ns     DOUBLE   ns     median range duration on the CPU
-- min_wall_ns        BIGINT   ns     minimum range duration on the CPU
-- max_wall_ns        BIGINT   ns     maximum range duration on the CPU
-- Start/end ranges can overlap, so a nested range reduces exclusive_wall_ns only by the time that earlier nested ranges
-- do not cover.
WITH inside AS (
    SELECT p.parent_id, r.start_ns, r.end_ns,
        max(r.end_ns) OVER (
            PARTITION BY p.parent_id ORDER BY r.start_ns, r.end_ns, r.range_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS covered_ns
    FROM _range_parent AS p JOIN _range AS r USING (range_id)
    WHERE p.parent_id IS NOT NULL
),
covered AS (
    SELECT parent_id, sum(added_ns(start_ns, end_ns, covered_ns)) AS ns FROM inside GROUP BY parent_id
)
SELECT p.rolled_path, count(*) AS instance_count, sum(r.end_ns - r.start_ns)::BIGINT AS wall_ns,
    sum(r.end_ns - r.start_ns - coalesce(c.ns, 0))::BIGINT AS exclusive_wall_ns,
    median(r.end_ns - r.start_ns) AS median_wall_ns, min(r.end_ns - r.start_ns) AS min_wall_ns,
    max(r.end_ns - r.start_ns) AS max_wall_ns
FROM _range AS r
JOIN _range_path AS p USING (range_id)
LEFT JOIN covered AS c ON c.parent_id = r.range_id
GROUP BY p.rolled_path
ORDER BY exclusive_wall_ns DESC, wall_ns DESC, p.rolled_path

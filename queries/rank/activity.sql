-- One row per rank, GPU and time slice, with the GPU's activity, ordered by rank, GPU and slice. The time of all ranks
-- is divided into 120 slices. Unless all clocks are aligned, time is relative to each rank's first operation. Activity
-- is assumed to be uniform within 1/256 of a rank's time.
-- over: ranks
--
-- rank           BIGINT   -      rank
-- gpu_id         BIGINT   -      GPU
-- slice          BIGINT   -      slice number, starting at 0
-- from_ns        BIGINT   ns     start of the slice, relative to the first operation on any rank
-- to_ns          BIGINT   ns     end of the slice, relative to the first operation on any rank
-- busy_ratio     DOUBLE   ratio  fraction of the slice in which at least one operation runs; NULL outside the rank's
--                                activity
-- exposed_ratio  DOUBLE   ratio  fraction of the slice in which communication runs without computation; NULL if
--                                busy_ratio is NULL
WITH each AS (
    SELECT u.rank, u.gpu_id, u.busy_ns, u.either_ns - u.compute_ns AS exposed_ns,
        CASE WHEN (SELECT bool_and(is_aligned) FROM rank_clock)
            THEN on_first_clock(u.at_ns, c.pivot_ns, c.offset_ns, c.drift_ppm)
            ELSE u.at_ns - min(u.at_ns) OVER (PARTITION BY u.rank)
        END AS at_ns
    FROM rank__until AS u JOIN rank_clock AS c USING (rank)
),
-- All three values increase monotonically. Two instants can coincide on the clock of the first rank, which is rounded
-- to ns.
clocked AS (
    SELECT rank, gpu_id, at_ns, max(busy_ns) AS busy_ns, max(exposed_ns) AS exposed_ns FROM each GROUP BY ALL
),
bound AS (SELECT min(at_ns) AS first_ns, greatest(max(at_ns) - min(at_ns), 1) AS span_ns FROM clocked),
edge AS (
    SELECT w.rank, w.gpu_id, i.slice, b.span_ns::HUGEINT * i.slice // 120 AS since_ns,
        (b.first_ns + b.span_ns::HUGEINT * i.slice // 120)::BIGINT AS at_ns
    FROM (SELECT DISTINCT rank, gpu_id FROM clocked) AS w, bound AS b, range(121) AS i(slice)
),
-- Interpolate linearly between two instants of the rank.
segment AS (
    SELECT *, lead(at_ns) OVER follows AS next_at_ns, lead(busy_ns) OVER follows AS next_busy_ns,
        lead(exposed_ns) OVER follows AS next_exposed_ns
    FROM clocked WINDOW follows AS (PARTITION BY rank, gpu_id ORDER BY at_ns)
),
read AS (
    SELECT e.rank, e.gpu_id, e.slice, e.since_ns::BIGINT AS since_ns,
        s.busy_ns + coalesce((s.next_busy_ns - s.busy_ns) * part, 0) AS busy_ns,
        s.exposed_ns + coalesce((s.next_exposed_ns - s.exposed_ns) * part, 0) AS exposed_ns,
        s.next_at_ns IS NULL AND e.at_ns > s.at_ns AS is_after
    FROM edge AS e
    ASOF LEFT JOIN segment AS s ON s.rank = e.rank AND s.gpu_id = e.gpu_id AND s.at_ns <= e.at_ns,
    LATERAL (SELECT (e.at_ns - s.at_ns) / nullif(s.next_at_ns - s.at_ns, 0) AS part)
),
slice AS (
    SELECT rank, gpu_id, slice, since_ns AS from_ns, lead(since_ns) OVER follows AS to_ns,
        lead(busy_ns) OVER follows - coalesce(busy_ns, 0) AS busy_ns,
        lead(exposed_ns) OVER follows - coalesce(exposed_ns, 0) AS exposed_ns, is_after
    FROM read WINDOW follows AS (PARTITION BY rank, gpu_id ORDER BY slice)
)
SELECT rank, gpu_id, slice, from_ns, to_ns,
    CASE WHEN NOT is_after THEN busy_ns / nullif(to_ns - from_ns, 0) END AS busy_ratio,
    CASE WHEN NOT is_after THEN exposed_ns / nullif(to_ns - from_ns, 0) END AS exposed_ratio
FROM slice
WHERE to_ns IS NOT NULL
ORDER BY rank, gpu_id, slice

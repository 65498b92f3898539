-- One row per kernel, with the interval in which it runs.
SELECT {'pid': k.pid, 'device_id': k.device_id, 'kind': 'All'} AS part, k.origin_ns, k.width_ns, k.bin_count,
    -- Unless utilization is cumulative, keep only the part of each kernel that does not overlap earlier kernels.
    CASE WHEN a.is_cumulative THEN start_ns ELSE greatest(start_ns, coalesce(max(end_ns) OVER earlier, start_ns)) END
        AS start_ns, end_ns
FROM recipe__shifted_kernel AS k, recipe__asked AS a
WINDOW earlier AS (PARTITION BY pid, device_id ORDER BY start_ns ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)

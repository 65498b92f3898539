-- One row per kernel and kind to which it belongs (All, and either NCCL or Compute), with the interval in which it
-- runs. NCCL kernels are those whose interval equals the kernel projection of an NCCL range.
WITH spanned AS (
    SELECT DISTINCT kernel_start_ns, kernel_end_ns FROM recipe__projected WHERE domain = 'NCCL'
),
kind AS (
    SELECT k.*, unnest(['All', CASE WHEN n.kernel_end_ns IS NULL THEN 'Compute' ELSE 'NCCL' END]) AS kind
    FROM recipe__shifted_kernel AS k
    LEFT JOIN spanned AS n ON n.kernel_start_ns = k.own_start_ns AND n.kernel_end_ns = k.own_end_ns
)
SELECT {'pid': k.pid, 'device_id': k.device_id, 'kind': k.kind} AS part, k.origin_ns, k.width_ns, k.bin_count,
    -- Unless utilization is cumulative, keep only the part of each kernel that does not overlap earlier kernels.
    CASE WHEN a.is_cumulative THEN start_ns ELSE greatest(start_ns, coalesce(max(end_ns) OVER earlier, start_ns)) END
        AS start_ns, end_ns
FROM kind AS k, recipe__asked AS a
WINDOW earlier AS (PARTITION BY pid, device_id, kind ORDER BY start_ns ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)

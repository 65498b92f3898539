-- One row per kernel and kind of work that it counts for (All, and NCCL or Compute): the time in which it runs there.
-- Kernels of NCCL are those that the projection of one of its ranges spans.
WITH spanned AS (
    SELECT DISTINCT kernel_start_ns, kernel_end_ns FROM recipe__projected WHERE domain = 'NCCL'
),
kind AS (
    SELECT k.*, unnest(['All', CASE WHEN n.kernel_end_ns IS NULL THEN 'Compute' ELSE 'NCCL' END]) AS kind
    FROM recipe__shifted_kernel AS k
    LEFT JOIN spanned AS n ON n.kernel_start_ns = k.own_start_ns AND n.kernel_end_ns = k.own_end_ns
)
SELECT {'pid': k.pid, 'device_id': k.device_id, 'kind': k.kind} AS part, k.origin_ns, k.width_ns, k.bin_count,
    -- Unless utilization is to add up: of each kernel only what it adds to those before it.
    CASE WHEN a.is_cumulative THEN start_ns ELSE greatest(start_ns, coalesce(max(end_ns) OVER earlier, start_ns)) END
        AS start_ns, end_ns
FROM kind AS k, recipe__asked AS a
WINDOW earlier AS (PARTITION BY pid, device_id, kind ORDER BY start_ns ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)

-- One row per layer (rolled-up module or range) that contains ranges with shapes, ordered by sum_ns, largest first.
--
-- layer                 VARCHAR  -        module or innermost range that is not an operator, with * for indices, or (no
--                                         layer)
-- range_count           BIGINT   count    ranges with FLOPs or GPU operations
-- counted_count         BIGINT   count    ranges with FLOPs
-- operation_count       BIGINT   count    GPU operations that they own
-- counted_ns            BIGINT   ns       sum of the durations of the GPU operations owned by ranges with FLOPs
-- flops                 DOUBLE   flops    FLOPs of its ranges; NULL if there are none
-- accessed_bytes        DOUBLE   bytes    bytes of inputs, weights and outputs, each accessed once, in the dtype of the
--                                         text, or of the peak if the text has none; NULL if neither is known
-- sum_ns                BIGINT   ns       sum of the durations of the GPU operations that its ranges own
-- share_ratio           DOUBLE   ratio    sum_ns / sum_ns of all GPU operations
-- achieved_flops_per_s  DOUBLE   flops/s  FLOPs / GPU time, over the ranges that have both
-- peak_dtype            VARCHAR  -        dtype of the peak used for the comparison; NULL if there is none or several
-- dtype_source          VARCHAR  -        where the dtype comes from: kernel names, text of the range, or assumed (set
--                                         by --dtype or the run)
-- util_sum_ratio        DOUBLE   ratio    achieved_flops_per_s / peak
-- roofline_ns           DOUBLE   ns       roofline time for the FLOPs and bytes of the ranges in achieved_flops_per_s
-- bound                 VARCHAR  -        what limits these ranges at the roofline: compute or memory
-- withheld              VARCHAR  -        why there is no comparison with a peak, or no roofline
SELECT layer, range_count, counted_count, operation_count, counted_ns,
    flops, accessed_bytes, sum_ns, share_ratio, achieved_flops_per_s, peak_dtype, dtype_source, util_sum_ratio,
    roofline_ns, bound, withheld
FROM shape__figure
WHERE level = 'layer' AND layer IS NOT NULL
ORDER BY sum_ns DESC, flops DESC NULLS LAST, layer

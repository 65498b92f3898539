-- One row per layer (rolled-up module or range) that contains ranges with tensor shapes, ordered by sum_ns, largest
-- first.
--
-- layer                 VARCHAR  -        module, or innermost range that is not an operator, with * in place of
--                                         indices; otherwise (no layer)
-- range_count           BIGINT   count    number of ranges that have known FLOPs or GPU operations
-- counted_count         BIGINT   count    number of ranges with known FLOPs
-- operation_count       BIGINT   count    number of GPU operations attributed to these ranges
-- counted_ns            BIGINT   ns       sum of the durations of the GPU operations attributed to ranges with known
--                                         FLOPs
-- flops                 DOUBLE   flops    FLOPs of these ranges; NULL if they are unknown
-- accessed_bytes        DOUBLE   bytes    bytes of inputs, weights and outputs, each accessed once; the dtype is from
--                                         the range name or, if the name has none, from the peak; NULL if the dtype is
--                                         unknown
-- sum_ns                BIGINT   ns       sum of the durations of the GPU operations attributed to these ranges
-- share_ratio           DOUBLE   ratio    sum_ns divided by the total duration of all GPU operations
-- achieved_flops_per_s  DOUBLE   flops/s  FLOPs / GPU time, over the ranges that have both
-- peak_dtype            VARCHAR  -        dtype of the peak used for comparison; NULL if there is no peak or more than
--                                         one
-- dtype_source          VARCHAR  -        source of the dtype: kernel names, text (the range name), or assumed (set by
--                                         --dtype or the run)
-- util_sum_ratio        DOUBLE   ratio    achieved_flops_per_s / peak
-- roofline_ns           DOUBLE   ns       roofline time for the FLOPs and bytes of the ranges included in
--                                         achieved_flops_per_s
-- bound                 VARCHAR  -        roofline limit that applies to these ranges: compute or memory
-- withheld              VARCHAR  -        why the comparison with a peak, or the roofline time, is missing
SELECT layer, range_count, counted_count, operation_count, counted_ns,
    flops, accessed_bytes, sum_ns, share_ratio, achieved_flops_per_s, peak_dtype, dtype_source, util_sum_ratio,
    roofline_ns, bound, withheld
FROM shape__figure
WHERE level = 'layer' AND layer IS NOT NULL
ORDER BY sum_ns DESC, flops DESC NULLS LAST, layer

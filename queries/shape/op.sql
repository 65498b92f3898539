-- One row per operator and combination of tensor shapes, with its FLOPs or the reason why they are unknown, ordered by
-- sum_ns, largest first.
--
-- op                    VARCHAR  -        operator name; for layers: linear, embedding, attention or layer
-- shapes                VARCHAR  -        tensor sizes
-- dtype                 VARCHAR  -        data type of the operands; NULL if the trace does not contain it
-- reason                VARCHAR  -        why FLOPs are unknown; NULL if they are known
-- range_count           BIGINT   count    number of ranges
-- operation_count       BIGINT   count    number of GPU operations attributed to these ranges
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
SELECT op, shapes, dtype, reason, range_count, operation_count,
    flops, accessed_bytes, sum_ns, share_ratio, achieved_flops_per_s, peak_dtype, dtype_source, util_sum_ratio,
    roofline_ns, bound, withheld
FROM shape__figure
WHERE level = 'op'
ORDER BY sum_ns DESC, flops DESC NULLS LAST, op, shapes, dtype, reason

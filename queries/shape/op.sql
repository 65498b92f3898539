-- One row per operator and shapes of its tensors, with FLOPs or the reason why there are none; ordered by sum_ns,
-- largest first.
--
-- op               VARCHAR  -        operator; of layers linear, embedding, attention or layer
-- shapes           VARCHAR  -        sizes of the tensors
-- dtype            VARCHAR  -        type of the factors, where the trace tells it
-- reason           VARCHAR  -        why there are no FLOPs
-- range_count      BIGINT   count    ranges
-- operation_count  BIGINT   count    GPU operations that they own
-- flops            DOUBLE   flops    of its ranges; NULL without
-- accessed_bytes   DOUBLE   bytes    inputs, weights and outputs once, in the dtype of the peak; NULL without one
-- sum_ns           BIGINT   ns       durations of the GPU operations that its ranges own
-- share_ratio      DOUBLE   ratio    sum_ns over all GPU operations
-- achieved_flops_per_s  DOUBLE  flops/s  FLOPs over the durations of those ranges that have FLOPs and GPU time
-- peak_dtype       VARCHAR  -        dtype of the peak that it is compared with; NULL without one, and for several
-- dtype_source     VARCHAR  -        what tells it: kernel names, text of the range, or assumed: --dtype or the run says it
-- util_sum_ratio   DOUBLE   ratio    achieved_flops_per_s over the peak
-- roofline_ns      DOUBLE   ns       the least time that the peak and the bandwidth allow for the FLOPs of achieved_flops_per_s
-- bound            VARCHAR  -        what bounds that: compute or memory
-- withheld         VARCHAR  -        why there is no comparison with a peak, or no roofline
SELECT op, shapes, dtype, reason, range_count, operation_count,
    flops, accessed_bytes, sum_ns, share_ratio, achieved_flops_per_s, peak_dtype, dtype_source, util_sum_ratio,
    roofline_ns, bound, withheld
FROM shape__figure
WHERE level = 'op'
ORDER BY sum_ns DESC, flops DESC NULLS LAST, op, shapes, dtype, reason

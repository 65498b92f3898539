-- One row per operator and shapes of its tensors, with FLOPs or the reason why there are none, ordered by sum_ns,
-- largest first.
--
-- op                    VARCHAR  -        operator; for layers linear, embedding, attention or layer
-- shapes                VARCHAR  -        sizes of the tensors
-- dtype                 VARCHAR  -        data type of the operands, if the trace contains it
-- reason                VARCHAR  -        why there are no FLOPs
-- range_count           BIGINT   count    ranges
-- operation_count       BIGINT   count    GPU operations that they own
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
SELECT op, shapes, dtype, reason, range_count, operation_count,
    flops, accessed_bytes, sum_ns, share_ratio, achieved_flops_per_s, peak_dtype, dtype_source, util_sum_ratio,
    roofline_ns, bound, withheld
FROM shape__figure
WHERE level = 'op'
ORDER BY sum_ns DESC, flops DESC NULLS LAST, op, shapes, dtype, reason

-- At most one row: kernels that only dequantize weights.
--
-- title: Separate dequantization kernels
-- sentence: {instance_count} kernels that only dequantize weights take {sum_ns}, which is {share_ratio} of kernel time.
--    {subject} takes the most time.
-- advice: Use a GEMM that reads the quantized weights directly (Marlin, Machete, CUTLASS mixed-input), or dequantize
--    the weights once if the result fits in memory.
-- plain: The GPU spends {sum_ns} unpacking compressed weights before it computes with them.
-- certainty: likely
-- stake: kernel
-- needs: kernels
-- docs: https://docs.vllm.ai/en/latest/features/quantization/
-- table: kernel_summary
--
-- at_stake_ns     BIGINT   ns     sum_ns
-- subject         VARCHAR  -      label of the kernel that takes the most time
-- instance_count  BIGINT   count  number of launches of these kernels
-- sum_ns          BIGINT   ns     total duration of these kernels
-- share_ratio     DOUBLE   ratio  sum_ns divided by the total duration of all kernels
WITH found AS (
    SELECT name_id, instance_count, sum_ns, sum_ns AS stake_ns FROM kernel__purpose WHERE purpose = 'dequantization'
)
SELECT w.stake_ns AS at_stake_ns, l.label AS subject, w.instance_count, w.sum_ns,
    w.sum_ns / nullif(t.total_ns, 0) AS share_ratio
FROM all_kernels('found') AS w
LEFT JOIN kernel__labeled AS l USING (name_id), kernel__total AS t

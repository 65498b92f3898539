-- One row at most: kernels that only expand quantized weights.
--
-- title: Dequantization in kernels of its own
-- sentence: {instance_count} kernels that only expand quantized weights took {sum_ns}, {share_ratio} of kernel time.
--    The most time is in {subject}.
-- advice: Use a product that reads the quantized weights itself (Marlin, Machete, CUTLASS mixed-input), or expand them
--    once if they fit in memory.
-- plain: The GPU spends {sum_ns} on unpacking compressed weights before it computes with them.
-- certainty: likely
-- stake: kernel
-- needs: kernels
-- docs: https://docs.vllm.ai/en/latest/features/quantization/
-- table: kernel_summary
--
-- at_stake_ns     BIGINT   ns     sum_ns
-- subject         VARCHAR  -      label of the one with the most time
-- instance_count  BIGINT   count  runs of such kernels
-- sum_ns          BIGINT   ns     their durations
-- share_ratio     DOUBLE   ratio  sum_ns over the durations of all kernels
WITH found AS (
    SELECT s.name_id, sum(s.instance_count)::BIGINT AS instance_count, sum(s.sum_ns)::BIGINT AS sum_ns
    FROM kernel__shape AS s JOIN _string_kernel AS n ON n.id = s.name_id
    WHERE s.class IS DISTINCT FROM 'gemm' AND regexp_matches(n.value, 'dequant|unpack_?(int|weight)|(awq|gptq|int4|fp4|nf4|mxfp4).*(decode|unpack|expand)|kgemm_4bit|DequantizeBlockwise', 'i')
    GROUP BY s.name_id
),
whole AS (
    SELECT arg_max(name_id, sum_ns) AS name_id, sum(instance_count)::BIGINT AS instance_count, sum(sum_ns)::BIGINT AS sum_ns
    FROM found
    HAVING count(*) > 0
)
SELECT w.sum_ns AS at_stake_ns, label_or(l.label, n.value) AS subject, w.instance_count, w.sum_ns,
    w.sum_ns / nullif((SELECT sum(sum_ns) FROM kernel__shape), 0) AS share_ratio
FROM whole AS w
LEFT JOIN _string_kernel AS n ON n.id = w.name_id
LEFT JOIN kernel_label AS l ON l.name = n.value

-- One row at most: attention that is computed by separate kernels.
--
-- title: Unfused attention
-- sentence: Attention was computed {attention_count!a} as a product, softmax and a product in separate kernels:
--    {sum_ns}, {share_ratio} of kernel time, of which {glue_ns} lies between the two products. The first product is
--    {subject}.
-- advice: Use a fused attention: `torch.nn.functional.scaled_dot_product_attention`, FlashAttention or FlashInfer. It
--    does not write the scores to memory.
-- plain: A central part of the model (attention) is computed in several passes over memory ({sum_ns}). Ready-made fused
--    versions do it in one.
-- certainty: likely
-- stake: kernel
-- needs: kernels
-- docs: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html
-- table: kernel_summary
--
-- at_stake_ns      BIGINT   ns     sum_ns: a fused kernel takes the place of all of it
-- subject          VARCHAR  -      label of the first product with the most time
-- attention_count  BIGINT   count  times that attention was computed
-- sum_ns           BIGINT   ns     durations of both products and of the kernels between them
-- glue_ns          BIGINT   ns     of that, the kernels between them
-- share_ratio      DOUBLE   ratio  sum_ns over the durations of all kernels
WITH named AS (
    SELECT name_id, count(*) AS attention_count, sum(sum_ns)::BIGINT AS sum_ns, sum(glue_ns)::BIGINT AS glue_ns
    FROM kernel__unfused
    GROUP BY name_id
),
whole AS (
    SELECT arg_max(name_id, sum_ns) AS name_id, sum(attention_count)::BIGINT AS attention_count,
        sum(sum_ns)::BIGINT AS sum_ns, sum(glue_ns)::BIGINT AS glue_ns
    FROM named
    HAVING count(*) > 0
)
SELECT w.sum_ns AS at_stake_ns, l.label AS subject, w.attention_count, w.sum_ns, w.glue_ns,
    w.sum_ns / nullif((SELECT total_ns FROM kernel__total), 0) AS share_ratio
FROM whole AS w
LEFT JOIN kernel__labeled AS l ON l.name_id = w.name_id

-- At most one row: attention that is computed by separate kernels.
--
-- title: Unfused attention
-- sentence: Attention was computed {attention_count!a} by separate kernels: a matrix multiplication, a softmax and a
--    second matrix multiplication. They take {sum_ns}, which is {share_ratio} of kernel time. Of this time, {glue_ns}
--    is spent between the two matrix multiplications. Attention that starts with {subject} takes the most time.
-- advice: Use fused attention: `torch.nn.functional.scaled_dot_product_attention`, FlashAttention or FlashInfer. Fused
--    attention does not write the scores to memory.
-- plain: A central part of the model (attention) takes {sum_ns} and makes several passes over memory. Existing fused
--    implementations need only one.
-- certainty: likely
-- stake: kernel
-- needs: kernels
-- docs: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html
-- table: kernel_summary
--
-- at_stake_ns      BIGINT   ns     sum_ns, because a fused kernel replaces all of these kernels
-- subject          VARCHAR  -      label of the kernel that starts the attention computations with the most total time
-- attention_count  BIGINT   count  number of attention computations
-- sum_ns           BIGINT   ns     total duration of both matrix multiplications and the kernels between them
-- glue_ns          BIGINT   ns     part of sum_ns spent in kernels between the two matrix multiplications
-- share_ratio      DOUBLE   ratio  sum_ns divided by the total duration of all kernels
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

-- At most one row: sequences of consecutive elementwise kernels on a stream.
--
-- title: Consecutive elementwise kernels
-- sentence: {kernel_count} elementwise kernels run back to back on their streams (number of sequences: {run_count}).
--    They take {sum_ns}, which is {share_ratio} of kernel time. A fused kernel takes at least as long as the longest
--    kernel in its sequence.
-- advice: Fuse these kernels with `torch.compile`, or use fused operators (norms, activations, rotary embedding,
--    optimizers with `fused=True`).
-- plain: The GPU makes many small passes over the same data ({kernel_count} passes, {sum_ns} in total). A single
--    merged pass would read and write the data only once.
-- certainty: likely
-- stake: kernel
-- needs: kernels
-- docs: https://docs.pytorch.org/docs/stable/torch.compiler.html
-- table: kernel_class
--
-- at_stake_ns   BIGINT  ns     sum_ns minus the duration of the longest kernel in each sequence
-- run_count     BIGINT  count  number of sequences of at least two such kernels, excluding those in unfused attention
-- kernel_count  BIGINT  count  number of kernels in these sequences
-- sum_ns        BIGINT  ns     total duration of these kernels
-- share_ratio   DOUBLE  ratio  sum_ns divided by the total duration of all kernels
SELECT sum(b.run_ns - b.longest_ns)::BIGINT AS at_stake_ns, sum(b.run_count)::BIGINT AS run_count,
    sum(b.run_kernel_count)::BIGINT AS kernel_count, sum(b.run_ns)::BIGINT AS sum_ns,
    sum(b.run_ns) / nullif((SELECT total_ns FROM kernel__total), 0) AS share_ratio
FROM kernel__between AS b
ANTI JOIN kernel__unfused AS u
    ON u.process_id = b.process_id AND u.device_id IS NOT DISTINCT FROM b.device_id
    AND u.stream_id IS NOT DISTINCT FROM b.stream_id AND u.product_number = b.product_number
WHERE b.run_count > 0
HAVING count(*) > 0

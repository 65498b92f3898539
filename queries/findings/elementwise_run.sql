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
WITH run AS (
    SELECT process_id, device_id, stream_id, product_number, count(*) AS n, sum(duration_ns)::BIGINT AS sum_ns,
        max(duration_ns) AS max_ns
    FROM kernel__place
    WHERE is_pointwise
    GROUP BY process_id, device_id, stream_id, product_number, other_number
    HAVING count(*) > 1
)
SELECT sum(r.sum_ns - r.max_ns)::BIGINT AS at_stake_ns, count(*) AS run_count, sum(r.n)::BIGINT AS kernel_count,
    sum(r.sum_ns)::BIGINT AS sum_ns,
    sum(r.sum_ns) / nullif((SELECT total_ns FROM kernel__total), 0) AS share_ratio
FROM run AS r
ANTI JOIN kernel__unfused AS u
    ON u.process_id = r.process_id AND u.device_id IS NOT DISTINCT FROM r.device_id
    AND u.stream_id IS NOT DISTINCT FROM r.stream_id AND u.product_number = r.product_number
HAVING count(*) > 0

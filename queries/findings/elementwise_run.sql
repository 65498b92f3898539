-- One row at most: kernels that follow each other on a stream and each work element by element.
--
-- title: Elementwise kernels in a row
-- sentence: {kernel_count} elementwise kernels follow another one directly, in {run_count} rows: {sum_ns},
--    {share_ratio} of kernel time. Fused, each row takes at least as long as its longest kernel.
-- advice: Let `torch.compile` fuse them, or use fused operators (norms, activations, rotary embedding, optimizers with
--    `fused=True`).
-- plain: Many small passes over the same data follow each other ({kernel_count} passes, {sum_ns}). Merged, they read
--    and write it once.
-- certainty: likely
-- stake: kernel
-- needs: kernels
-- docs: https://docs.pytorch.org/docs/stable/torch.compiler.html
-- table: kernel_class
--
-- at_stake_ns   BIGINT  ns     sum_ns without the longest kernel of each row
-- run_count     BIGINT  count  rows of at least two such kernels, without those of unfused attention
-- kernel_count  BIGINT  count  kernels in them
-- sum_ns        BIGINT  ns     their durations
-- share_ratio   DOUBLE  ratio  sum_ns over the durations of all kernels
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

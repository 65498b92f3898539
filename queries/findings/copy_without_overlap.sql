-- One row at most: copies between host and device that run beside nothing.
--
-- title: Copies never overlap kernels
-- sentence: Copies between host and device take {sum_ns}, and on their GPUs less than 5 % of that time overlaps other
--    work.
-- advice: Use two or more streams: copy the next input while kernels run on the present one. This needs pinned memory
--    and asynchronous calls.
-- plain: Copying ({sum_ns}) and computing take turns. They can run at the same time.
-- certainty: certain
-- stake: copy
-- needs: copies, kernels
-- within: copy_bound
-- docs: https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/index.html#asynchronous-transfers
-- table: copy_summary
--
-- at_stake_ns  BIGINT  ns     copies or other work of their GPUs, whichever takes less: overlapped, the shorter is
--                             hidden
-- copy_count   BIGINT  count  copies between host and device
-- sum_ns       BIGINT  ns     their durations
WITH copied AS (
    SELECT d.gpu_id, count(*) AS n, sum(c.duration_ns)::BIGINT AS ns
    FROM copy AS c
    JOIN step__gpu AS d ON d.process_id = c.process_id AND d.device_id IS NOT DISTINCT FROM c.device_id
    WHERE c.kind IN ('Host-to-Device', 'Device-to-Host')
    GROUP BY d.gpu_id
)
-- What runs at the same time is in sum_ns twice and in busy_ns once.
SELECT sum(least(c.ns, g.sum_ns - c.ns))::BIGINT AS at_stake_ns, sum(c.n)::BIGINT AS copy_count, sum(c.ns)::BIGINT AS sum_ns
FROM copied AS c JOIN gpu_summary AS g USING (gpu_id)
WHERE g.sum_ns - g.busy_ns < 0.05 * c.ns AND g.sum_ns > c.ns
HAVING count(*) > 0

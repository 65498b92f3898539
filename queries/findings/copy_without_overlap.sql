-- At most one row: copies between host and device that do not overlap other GPU work.
--
-- title: Copies do not overlap kernels
-- sentence: Copies between host and device take {sum_ns}. Less than 5 % of that time overlaps other work on the same
--    GPU.
-- advice: Use two or more streams so that the next input is copied while kernels process the current one. This requires
--    pinned memory and asynchronous copies.
-- plain: The GPU alternates between copying ({sum_ns}) and computing, although it could do both at the same time.
-- certainty: certain
-- stake: copy
-- needs: copies, kernels
-- within: copy_bound
-- docs: https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/index.html#asynchronous-transfers
-- table: copy_summary
--
-- at_stake_ns  BIGINT  ns     duration of the copies or of the other work on the same GPUs, whichever is shorter; this
--                             is the time that overlap can hide
-- copy_count   BIGINT  count  number of copies between host and device
-- sum_ns       BIGINT  ns     total duration of these copies
WITH copied AS (
    SELECT d.gpu_id, count(*) AS n, sum(c.duration_ns)::BIGINT AS ns
    FROM copy AS c
    JOIN step__gpu AS d ON d.process_id = c.process_id AND d.device_id IS NOT DISTINCT FROM c.device_id
    WHERE c.kind IN ('Host-to-Device', 'Device-to-Host')
    GROUP BY d.gpu_id
)
-- Overlapping operations count twice in sum_ns but only once in busy_ns.
SELECT sum(least(c.ns, g.sum_ns - c.ns))::BIGINT AS at_stake_ns, sum(c.n)::BIGINT AS copy_count, sum(c.ns)::BIGINT AS sum_ns
FROM copied AS c JOIN gpu_summary AS g USING (gpu_id)
WHERE g.sum_ns - g.busy_ns < 0.05 * c.ns AND g.sum_ns > c.ns
HAVING count(*) > 0

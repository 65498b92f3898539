-- At most one row: kernels that take longer in the second half of the GPU activity than in the first, for the same
-- grid.
--
-- title: Kernels slow down during the run
-- sentence: The same kernels take longer in the second half of the run. In that half, {late_count} launches take
--    {at_stake_ns} longer in total ({slower_ratio}). {subject} has the most time at stake.
-- advice: Check clocks, power and temperature during the run (`nvidia-smi -q -d CLOCK,PERFORMANCE`, or `nsys profile
--    --gpu-metrics-devices=all`), and lock the clocks for comparisons. Inputs that grow while the grid stays the same,
--    such as a KV cache, have the same effect.
-- plain: The GPU slows down during the run and takes {at_stake_ns} longer. This can happen when it gets hot or reaches
--    its power limit.
-- certainty: possible
-- stake: kernel
-- needs: kernels
-- docs: https://docs.nvidia.com/deploy/nvidia-smi/index.html
-- table: kernel_summary
--
-- at_stake_ns   BIGINT   ns     median duration in the second half minus that in the first half, times the number of
--                               launches in the second half
-- subject       VARCHAR  -      label of the kernel with the most time at stake
-- slower_ratio  DOUBLE   ratio  at_stake_ns divided by the time that these launches would take at the medians of the
--                               first half
-- late_count    BIGINT   count  number of launches of these kernels in the second half
WITH changed AS (
    SELECT name_id, late_count, early_ns, (late_ns - early_ns) * late_count AS off_ns
    FROM kernel__shape
    -- With fewer launches, the median is not reliable.
    WHERE late_count >= 10 AND instance_count - late_count >= 10 AND class IS DISTINCT FROM 'communication'
),
whole AS (
    SELECT arg_max(name_id, off_ns) AS name_id, sum(off_ns) AS off_ns, sum(early_ns * late_count) AS early_ns,
        sum(late_count)::BIGINT AS late_count
    FROM changed
    HAVING count(*) > 0
)
SELECT w.off_ns::BIGINT AS at_stake_ns, l.label AS subject,
    w.off_ns / nullif(w.early_ns, 0) AS slower_ratio, w.late_count
FROM whole AS w
LEFT JOIN kernel__labeled AS l ON l.name_id = w.name_id
WHERE w.off_ns >= 0.03 * w.early_ns

-- One row at most: kernels that take longer in the second half of the GPU activity than in the first, with the same
-- grid.
--
-- title: Kernels slow down during the run
-- sentence: The same kernels take longer in the second half of the run. {late_count} launches are {slower_ratio}
--    slower, {at_stake_ns} in total. {subject} loses the most time.
-- advice: Check clocks, power and temperature during the run (`nvidia-smi -q -d CLOCK,PERFORMANCE`, or `nsys profile
--    --gpu-metrics-devices=all`), and lock the clocks for comparisons. Growing inputs, such as a KV cache behind a
--    fixed grid, have the same effect.
-- plain: The GPU becomes slower during the run ({at_stake_ns}). This happens when it gets hot or reaches its power
--    limit.
-- certainty: possible
-- stake: kernel
-- needs: kernels
-- docs: https://docs.nvidia.com/deploy/nvidia-smi/index.html
-- table: kernel_summary
--
-- at_stake_ns   BIGINT   ns     median duration in the second half minus that in the first half, times the launches in
--                               the second half
-- subject       VARCHAR  -      label of the kernel with the most at stake
-- slower_ratio  DOUBLE   ratio  at_stake_ns over the time that these launches take at the medians of the first half
-- late_count    BIGINT   count  launches of these kernels in the second half
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

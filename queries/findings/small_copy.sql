-- One row at most: many copies of at most 64 KB.
--
-- title: Many small copies
-- sentence: {copy_count} copies move at most 64 KB each: {copied_bytes} in {sum_ns}, {bandwidth_bytes_per_s}. Most are
--    {subject}.
-- advice: Gather them into one buffer and copy that, or keep the values on the GPU.
-- plain: {copy_count} very small copies took {sum_ns}. Gathered into a few large ones they are faster.
-- certainty: likely
-- stake: copy
-- needs: copies
-- within: copy_bound
-- docs: https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/index.html#data-transfer-between-host-and-device
-- table: copy_summary
--
-- at_stake_ns            BIGINT   ns       sum_ns
-- subject                VARCHAR  -        direction with the most time
-- copy_count             BIGINT   count    copies
-- copied_bytes           BIGINT   bytes    amount
-- sum_ns                 BIGINT   ns       their durations
-- bandwidth_bytes_per_s  DOUBLE   bytes/s  copied_bytes over sum_ns
WITH found AS (FROM copy WHERE copied_bytes <= 65536 AND kind IS DISTINCT FROM 'Device-to-Device')
SELECT sum_ns AS at_stake_ns, subject, copy_count, copied_bytes, sum_ns, bandwidth_bytes_per_s
FROM all_copies('found')
WHERE copy_count >= 100

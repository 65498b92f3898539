-- At most one row, if there are many copies of at most 64 KB.
--
-- title: Many small copies
-- sentence: {copy_count} copies transfer at most 64 KB each. In total, they transfer {copied_bytes} in {sum_ns}
--    ({bandwidth_bytes_per_s}). {subject} copies take the most time.
-- advice: Gather the data into one buffer and copy it in a single transfer, or keep the values on the GPU.
-- plain: {copy_count} very small copies took {sum_ns}. A few large copies of the same data would be faster.
-- certainty: likely
-- stake: copy
-- needs: copies
-- within: copy_bound
-- docs: https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/index.html#data-transfer-between-host-and-device
-- table: copy_summary
--
-- at_stake_ns            BIGINT   ns       sum_ns
-- subject                VARCHAR  -        copy direction that takes the most time
-- copy_count             BIGINT   count    number of copies
-- copied_bytes           BIGINT   bytes    bytes copied
-- sum_ns                 BIGINT   ns       total duration of these copies
-- bandwidth_bytes_per_s  DOUBLE   bytes/s  copied_bytes divided by sum_ns
WITH found AS (FROM copy WHERE copied_bytes <= 65536 AND kind IS DISTINCT FROM 'Device-to-Device')
SELECT sum_ns AS at_stake_ns, subject, copy_count, copied_bytes, sum_ns, bandwidth_bytes_per_s
FROM all_copies('found')
WHERE copy_count >= 100

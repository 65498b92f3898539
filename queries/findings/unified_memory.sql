-- One row at most: migrations of unified memory.
--
-- title: Migrations of unified memory
-- sentence: Unified memory migrated {copied_bytes} in {copy_count} copies, {sum_ns}. Kernels that touch such pages wait
--    for page faults.
-- advice: Prefetch with `cudaMemPrefetchAsync`, advise with `cudaMemAdvise`, or use explicit copies.
-- plain: Data moved back and forth between the GPU and the computer when it was touched ({copy_count!a}, {sum_ns}).
-- certainty: certain
-- stake: copy
-- needs: copies
-- docs: https://docs.nvidia.com/cuda/cuda-c-programming-guide/index.html#unified-memory-programming
-- table: copy_summary
--
-- at_stake_ns            BIGINT   ns       sum_ns
-- subject                VARCHAR  -        direction with the most time
-- copy_count             BIGINT   count    copies
-- copied_bytes           BIGINT   bytes    amount
-- sum_ns                 BIGINT   ns       their durations
-- bandwidth_bytes_per_s  DOUBLE   bytes/s  copied_bytes over sum_ns
WITH found AS (FROM copy WHERE kind ILIKE '%unified%' OR kind ILIKE 'UVM%')
SELECT sum_ns AS at_stake_ns, subject, copy_count, copied_bytes, sum_ns, bandwidth_bytes_per_s
FROM all_copies('found')

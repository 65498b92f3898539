-- At most one row: unified memory migrations.
--
-- title: Unified memory migrations
-- sentence: Unified memory migrations transfer {copied_bytes} in {copy_count} copies and take {sum_ns}. Kernels that
--    access migrated pages wait for page faults.
-- advice: Prefetch with `cudaMemPrefetchAsync`, give hints with `cudaMemAdvise`, or use explicit copies.
-- plain: Data was copied back and forth between GPU and host memory when it was accessed ({copy_count!a},
--    {sum_ns} in total).
-- certainty: certain
-- stake: copy
-- needs: copies
-- docs: https://docs.nvidia.com/cuda/cuda-c-programming-guide/index.html#unified-memory-programming
-- table: copy_summary
--
-- at_stake_ns            BIGINT   ns       sum_ns
-- subject                VARCHAR  -        copy direction that takes the most time
-- copy_count             BIGINT   count    number of copies
-- copied_bytes           BIGINT   bytes    bytes copied
-- sum_ns                 BIGINT   ns       total duration of these copies
-- bandwidth_bytes_per_s  DOUBLE   bytes/s  copied_bytes divided by sum_ns
WITH found AS (FROM copy WHERE kind ILIKE '%unified%' OR kind ILIKE 'UVM%')
SELECT sum_ns AS at_stake_ns, subject, copy_count, copied_bytes, sum_ns, bandwidth_bytes_per_s
FROM all_copies('found')

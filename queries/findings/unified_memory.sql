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
WITH named AS (
    SELECT kind, count(*) AS copy_count, sum(copied_bytes)::BIGINT AS copied_bytes, sum(duration_ns)::BIGINT AS sum_ns
    FROM (SELECT kind, copied_bytes, duration_ns FROM copy WHERE kind ILIKE '%unified%' OR kind ILIKE 'UVM%')
    GROUP BY kind
),
whole AS (
    SELECT arg_max(coalesce(kind, 'Unknown'), sum_ns) AS subject, sum(copy_count)::BIGINT AS copy_count,
        sum(copied_bytes)::BIGINT AS copied_bytes, sum(sum_ns)::BIGINT AS sum_ns
    FROM named
)
SELECT sum_ns AS at_stake_ns, subject, copy_count, copied_bytes, sum_ns, copied_bytes * 1e9 / nullif(sum_ns, 0) AS bandwidth_bytes_per_s
FROM whole
WHERE copy_count > 0

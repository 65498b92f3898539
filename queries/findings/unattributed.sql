-- One row at most: GPU operations that belong to no range, where others do.
--
-- title: Unattributed operations
-- sentence: {operation_count} of {all_operation_count} GPU operations belong to no range: {at_stake_ns}, {share_ratio}
--    of GPU time.
-- advice: Open ranges on the threads that launch them (autograd runs backward on threads of its own), and let the
--    recording start before the program does.
-- certainty: certain
-- stake: none
-- needs: ranges
-- docs: https://github.com/nsys-tools/nsys-tools/blob/main/docs/concepts.md
-- table: range_unattributed
--
-- at_stake_ns          BIGINT  ns     their durations: of this time, no stage is known
-- operation_count      BIGINT  count  operations in no range
-- all_operation_count  BIGINT  count  all operations
-- share_ratio          DOUBLE  ratio  at_stake_ns over the durations of all operations
SELECT unattributed_ns AS at_stake_ns, unattributed_count AS operation_count, operation_count AS all_operation_count,
    unattributed_ns / nullif(sum_ns, 0) AS share_ratio
FROM trace_conservation
WHERE kind = 'all' AND unattributed_ns > 0 AND attributed_count > 0

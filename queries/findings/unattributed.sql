-- At most one row: GPU operations outside all ranges, in a trace with operations inside ranges.
--
-- title: Unattributed operations
-- sentence: {operation_count} of {all_operation_count} GPU operations are not inside any range. They take
--    {at_stake_ns}, which is {share_ratio} of GPU time.
-- advice: Open ranges on the threads that launch these operations (autograd runs the backward pass on its own threads),
--    and start recording before the program starts.
-- certainty: certain
-- stake: none
-- needs: ranges
-- docs: https://github.com/nsys-tools/nsys-tools/blob/main/docs/concepts/attribution.md
-- table: range_unattributed
--
-- at_stake_ns          BIGINT  ns     total duration of these operations, whose stage is unknown
-- operation_count      BIGINT  count  number of operations outside all ranges
-- all_operation_count  BIGINT  count  total number of operations
-- share_ratio          DOUBLE  ratio  at_stake_ns divided by the total duration of all operations
SELECT unattributed_ns AS at_stake_ns, unattributed_count AS operation_count, operation_count AS all_operation_count,
    unattributed_ns / nullif(sum_ns, 0) AS share_ratio
FROM trace_conservation
WHERE kind = 'all' AND unattributed_ns > 0 AND attributed_count > 0

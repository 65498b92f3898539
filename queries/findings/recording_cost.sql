-- At most one row, if there are more than two NVTX ranges per GPU operation.
--
-- title: Overhead of recording NVTX ranges
-- sentence: The trace has {range_count} NVTX ranges, {per_launch_count} per GPU operation. Recording a range takes
--    several microseconds of CPU time. Up to {at_stake_ns} of the launch gap time may be due to the recording.
-- advice: Record again without these ranges (`--trace=cuda` alone) or with fewer ranges, and check whether the launch
--    gaps remain.
-- certainty: certain
-- stake: none
-- needs: ranges, calls
-- docs: https://github.com/nsys-tools/nsys-tools/blob/main/capture/nvtx-cost.md
-- table: range_summary
--
-- at_stake_ns       BIGINT  ns     part of the launch gaps attributed to recording ranges: in each gap, at most 5 µs
--                                  times the number of ranges per GPU operation (see gap__launch)
-- range_count       BIGINT  count  number of ranges
-- per_launch_count  DOUBLE  count  ranges per GPU operation
SELECT sum(g.recording_ns)::BIGINT AS at_stake_ns,
    (SELECT count(*) FROM _range) AS range_count, round(any_value(l.range_count), 1) AS per_launch_count
FROM gap__late AS g, gap__launch AS l
WHERE l.range_count > 2
HAVING count(*) > 0

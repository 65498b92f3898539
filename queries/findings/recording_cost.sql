-- One row at most: more than two NVTX ranges per launch.
--
-- title: Overhead of recording NVTX ranges
-- sentence: The trace has {range_count} NVTX ranges, {per_launch_count} per GPU operation. Recording each range costs
--    the CPU several microseconds. Up to {at_stake_ns} of the launch gaps come from the recording.
-- advice: Record again without these ranges (`--trace=cuda` alone) or with fewer, and check whether the launch gaps
--    remain.
-- certainty: certain
-- stake: none
-- needs: ranges, calls
-- docs: https://github.com/nsys-tools/nsys-tools/blob/main/docs/concepts.md
-- table: range_summary
--
-- at_stake_ns       BIGINT  ns     launch gaps, each counted up to 5 us per range per GPU operation, see gap__launch
-- range_count       BIGINT  count  number of ranges
-- per_launch_count  DOUBLE  count  ranges per GPU operation
SELECT sum(g.recording_ns)::BIGINT AS at_stake_ns,
    (SELECT count(*) FROM _range) AS range_count, round(any_value(l.range_count), 1) AS per_launch_count
FROM gap__late AS g, gap__launch AS l
WHERE l.range_count > 2
HAVING count(*) > 0

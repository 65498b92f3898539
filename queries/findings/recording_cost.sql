-- One row at most: more than two NVTX ranges per launch.
--
-- title: The recording costs time
-- sentence: {range_count} NVTX ranges were recorded, {per_launch_count} per GPU operation. Recording them costs the CPU
--    several microseconds each, so that up to {at_stake_ns} of the launch gaps come from the recording.
-- advice: Confirm launch gaps with a recording without these ranges (`--trace=cuda` alone), or with fewer.
-- certainty: certain
-- stake: none
-- needs: ranges, calls
-- docs: https://github.com/nsys-tools/nsys-tools/blob/main/docs/concepts.md
-- table: range_summary
--
-- at_stake_ns       BIGINT  ns     launch gaps, at most 5 us for each range of the launches that end them, see
--                                  gap__launch
-- range_count       BIGINT  count  ranges
-- per_launch_count  DOUBLE  count  ranges per GPU operation
SELECT sum(g.recording_ns)::BIGINT AS at_stake_ns,
    (SELECT count(*) FROM _range) AS range_count, round(any_value(l.range_count), 1) AS per_launch_count
FROM gap__late AS g, gap__launch AS l
WHERE l.range_count > 2
HAVING count(*) > 0

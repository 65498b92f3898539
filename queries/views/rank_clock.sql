-- One row per rank of a job, with the conversion of its times to the clock of the first file, ordered by rank. A
-- collective ends at the same time on all ranks. The end times of collectives therefore determine the offset and drift
-- of each file's clock.
--
-- source: ranks
--
-- rank           BIGINT   -      rank number
-- file           VARCHAR  -      file name of the trace
-- is_aligned     BOOLEAN  -      whether the times of this rank can be converted to the clock of the first file
-- method         VARCHAR  -      collectives, one file (there is only one clock), or none
-- pivot_ns       BIGINT   ns     reference time on the rank's own clock
-- offset_ns      BIGINT   ns     correction to add at pivot_ns
-- drift_ppm      DOUBLE   ppm    additional correction proportional to the time elapsed since pivot_ns, in parts per
--                                million
-- residual_ns    DOUBLE   ns     95 % of the matched end times agree with those of the other ranks to within this time
-- matched_count  BIGINT   count  number of matched collectives
-- utc_offset_ns  BIGINT   ns     correction derived from the start times of the recordings, which come from the
--                                machines' clocks
SELECT NULL::BIGINT AS rank, NULL::VARCHAR AS file, NULL::BOOLEAN AS is_aligned, NULL::VARCHAR AS method,
    NULL::BIGINT AS pivot_ns, NULL::BIGINT AS offset_ns, NULL::DOUBLE AS drift_ppm, NULL::DOUBLE AS residual_ns,
    NULL::BIGINT AS matched_count, NULL::BIGINT AS utc_offset_ns
WHERE false

-- One row per rank of a job: how to convert its times to the clock of the first file, ordered by rank. A collective
-- ends at the same time on all ranks, so the ends of collectives give the offset and drift of each file's clock.
--
-- source: ranks
--
-- rank           BIGINT   -      the rank
-- file           VARCHAR  -      name of its trace
-- is_aligned     BOOLEAN  -      whether its times can be converted to the clock of the first file
-- method         VARCHAR  -      collectives, one file (there is no other clock), or none
-- pivot_ns       BIGINT   ns     reference time on its own clock
-- offset_ns      BIGINT   ns     correction to add at pivot_ns
-- drift_ppm      DOUBLE   ppm    further correction per time elapsed since pivot_ns, in parts per million
-- residual_ns    DOUBLE   ns     95 % of the matched ends are within this time of the ends on the other ranks
-- matched_count  BIGINT   count  number of matched collectives
-- utc_offset_ns  BIGINT   ns     correction according to the start times of the recordings, as given by the machines'
--                                clocks
SELECT NULL::BIGINT AS rank, NULL::VARCHAR AS file, NULL::BOOLEAN AS is_aligned, NULL::VARCHAR AS method,
    NULL::BIGINT AS pivot_ns, NULL::BIGINT AS offset_ns, NULL::DOUBLE AS drift_ppm, NULL::DOUBLE AS residual_ns,
    NULL::BIGINT AS matched_count, NULL::BIGINT AS utc_offset_ns
WHERE false

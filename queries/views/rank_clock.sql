-- One row per rank of a job: how its times are read on the clock of the first file; ordered by rank. Collectives end
-- everywhere at once: their ends tell offset and drift of each file's clock.
--
-- source: ranks
--
-- rank           BIGINT   -      the rank
-- file           VARCHAR  -      name of its trace
-- is_aligned     BOOLEAN  -      whether its times can be read on the clock of the first file
-- method         VARCHAR  -      collectives, one file (no other clock is there), or none
-- pivot_ns       BIGINT   ns     an instant of its own clock
-- offset_ns      BIGINT   ns     what to add there
-- drift_ppm      DOUBLE   ppm    how much more to add per time since then, in parts per million
-- residual_ns    DOUBLE   ns     19 of 20 matched ends lie within this of those of the others
-- matched_count  BIGINT   count  collectives that were matched
-- utc_offset_ns  BIGINT   ns     what to add by the start of the recordings, as their machines' clocks had it
SELECT NULL::BIGINT AS rank, NULL::VARCHAR AS file, NULL::BOOLEAN AS is_aligned, NULL::VARCHAR AS method,
    NULL::BIGINT AS pivot_ns, NULL::BIGINT AS offset_ns, NULL::DOUBLE AS drift_ppm, NULL::DOUBLE AS residual_ns,
    NULL::BIGINT AS matched_count, NULL::BIGINT AS utc_offset_ns
WHERE false

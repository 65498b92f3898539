-- One row per time bin and innermost stage, with the GPU time of the stage's operations in that bin, ordered by bin and
-- stage. The time from the start of the first GPU operation to the end of the last one is divided into at most 240
-- bins.
--
-- start_ns  BIGINT   ns     start of the bin
-- bin_ns    BIGINT   ns     length of the bin
-- stage     VARCHAR  -      stage name, (outside every stage), or (unattributed)
-- sum_ns    DOUBLE   ns     sum of operation durations within the bin; the duration of an operation that spans several
--     bins is split among them
WITH operation AS (
    SELECT start_ns, greatest(end_ns, start_ns) AS end_ns, stage FROM stage__owner
),
extent AS (
    SELECT min(start_ns) AS first_ns, greatest((max(end_ns) - min(start_ns)) // 240 + 1, 1) AS bin_ns FROM operation
),
-- Almost every operation lies in a single bin.
placed AS (
    SELECT o.start_ns, o.end_ns, o.stage, e.first_ns, e.bin_ns,
        (o.start_ns - e.first_ns) // e.bin_ns AS first_bin, (o.end_ns - e.first_ns) // e.bin_ns AS last_bin
    FROM operation AS o, extent AS e
),
part AS (
    SELECT first_ns, bin_ns, first_bin AS bin, stage, end_ns - start_ns AS ns FROM placed WHERE first_bin = last_bin
    UNION ALL
    SELECT first_ns, bin_ns, bin, stage,
        least(end_ns, first_ns + (bin + 1) * bin_ns) - greatest(start_ns, first_ns + bin * bin_ns)
    FROM (SELECT *, unnest(range(first_bin, last_bin + 1)) AS bin FROM placed WHERE first_bin < last_bin)
)
SELECT first_ns + bin * bin_ns AS start_ns, any_value(bin_ns) AS bin_ns, stage, sum(ns)::DOUBLE AS sum_ns
FROM part
GROUP BY first_ns, bin, bin_ns, stage
ORDER BY 1, stage

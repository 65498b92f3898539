-- One row per time bin and innermost stage: how much GPU time its operations took there; 240 bins over the trace;
-- ordered by bin and stage.
--
-- start_ns  BIGINT   ns     begin of the bin
-- bin_ns    BIGINT   ns     its length
-- stage     VARCHAR  -      name of the stage, or (outside every stage), or (unattributed)
-- sum_ns    DOUBLE   ns     durations of operations that start in the bin, longer ones spread over the bins they cover
WITH operation AS (
    SELECT o.start_ns, greatest(o.end_ns, o.start_ns) AS end_ns,
        w.stage
    FROM _gpu_operation AS o
    JOIN stage__owner AS w USING (operation_id)
),
extent AS (
    SELECT min(start_ns) AS first_ns, greatest((max(end_ns) - min(start_ns)) // 240 + 1, 1) AS bin_ns FROM operation
),
binned AS (
    SELECT o.*, e.first_ns, e.bin_ns,
        unnest(range((o.start_ns - e.first_ns) // e.bin_ns, (o.end_ns - e.first_ns) // e.bin_ns + 1)) AS bin
    FROM operation AS o, extent AS e
)
SELECT first_ns + bin * bin_ns AS start_ns, any_value(bin_ns) AS bin_ns, stage,
    sum(least(end_ns, first_ns + (bin + 1) * bin_ns) - greatest(start_ns, first_ns + bin * bin_ns))::DOUBLE AS sum_ns
FROM binned
GROUP BY first_ns, bin, bin_ns, stage
ORDER BY 1, stage

-- One row per phase whose first step is far slower than the others, ordered by at_stake_ns, largest first.
--
-- title: Warm-up step
-- sentence: The first of {step_count} {subject} steps takes {first_ns}, which is {first_ratio} of the median of the
--    other steps. Sums and means across all steps include this step.
-- advice: Exclude this step from comparisons. For example, use medians, or start the recording at a later step
--    (`--capture-range`).
-- certainty: certain
-- stake: none
-- needs: steps
-- docs: https://github.com/nsys-tools/nsys-tools/blob/main/docs/concepts/steps.md
-- table: step
--
-- at_stake_ns  BIGINT   ns     first_ns minus median_ns
-- subject      VARCHAR  -      phase
-- step_count   BIGINT   count  number of steps
-- first_ns     BIGINT   ns     wall time of the first step
-- median_ns    DOUBLE   ns     median wall time of the other steps
-- first_ratio  DOUBLE   ratio  first_ns divided by median_ns
WITH placed AS (
    SELECT phase, wall_ns, row_number() OVER (PARTITION BY phase, process_id, gpu_id ORDER BY start_ns) AS place FROM step
),
phase AS (
    SELECT phase, count(*) AS step_count, max(wall_ns) FILTER (place = 1) AS first_ns,
        median(wall_ns) FILTER (place > 1) AS median_ns
    FROM placed GROUP BY phase
)
SELECT (first_ns - median_ns)::BIGINT AS at_stake_ns, phase AS subject, step_count, first_ns, median_ns,
    first_ns / nullif(median_ns, 0) AS first_ratio
FROM phase
WHERE step_count >= 4 AND first_ns > 1.5 * median_ns
ORDER BY at_stake_ns DESC, subject

-- One row per phase with steps that are far slower than the others, ordered by at_stake_ns, largest first.
--
-- title: Outlier steps
-- sentence: In {outlier_count} of {step_count} {subject} steps, the wall time exceeds the third quartile by more than
--    1.5 times the interquartile range. The time above the median adds up to {at_stake_ns}. The part of the step
--    budget that differs most from its median is usually {term!s}.
-- advice: Query `step_outlier` to see which term and which kernel differ most. Compare medians, because outliers have
--    little effect on them.
-- plain: {outlier_count} of {step_count} steps take much longer than the others. They take {at_stake_ns} more in total.
-- certainty: certain
-- stake: wall
-- needs: steps
-- docs: https://github.com/nsys-tools/nsys-tools/blob/main/docs/concepts/steps.md
-- table: step_outlier
--
-- at_stake_ns    BIGINT   ns     time of these steps above the median of their phase
-- subject        VARCHAR  -      phase
-- outlier_count  BIGINT   count  number of such steps
-- step_count     BIGINT   count  number of steps in the phase
-- term           VARCHAR  -      step budget term that most often has the largest difference
WITH slow AS (
    SELECT phase, sum(difference_ns)::BIGINT AS ns, count(*) AS n, mode(replace(term, '_', ' ')) AS term
    FROM step_outlier WHERE difference_ns > 0 GROUP BY phase
)
SELECT s.ns AS at_stake_ns, s.phase AS subject, s.n AS outlier_count, a.n AS step_count, s.term
FROM slow AS s JOIN (SELECT phase, count(*) AS n FROM step GROUP BY phase) AS a USING (phase)
ORDER BY at_stake_ns DESC, subject

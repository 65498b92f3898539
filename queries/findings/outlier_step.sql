-- One row per phase with steps that are far slower than the others; ordered by at_stake_ns, largest first.
--
-- title: Outlier steps
-- sentence: {outlier_count} of {step_count} {subject} steps are more than 1.5 interquartile ranges slower than the
--    third quartile, {at_stake_ns} above the median in all. What differs most is {term!s}.
-- advice: Look at `step_outlier`, which names the term and the kernel that differ. Take medians for comparisons.
-- plain: {outlier_count} of {step_count} steps take much longer than the others, {at_stake_ns} in all.
-- certainty: certain
-- stake: wall
-- needs: steps
-- docs: https://github.com/nsys-tools/nsys-tools/blob/main/docs/concepts.md
-- table: step_outlier
--
-- at_stake_ns    BIGINT   ns     time of these steps above the median of their phase
-- subject        VARCHAR  -      the phase
-- outlier_count  BIGINT   count  such steps
-- step_count     BIGINT   count  all steps of the phase
-- term           VARCHAR  -      the term of the step budget that differs most
WITH slow AS (
    SELECT phase, sum(difference_ns)::BIGINT AS ns, count(*) AS n, mode(replace(term, '_', ' ')) AS term
    FROM step_outlier WHERE difference_ns > 0 GROUP BY phase
)
SELECT s.ns AS at_stake_ns, s.phase AS subject, s.n AS outlier_count, a.n AS step_count, s.term
FROM slow AS s JOIN (SELECT phase, count(*) AS n FROM step GROUP BY phase) AS a USING (phase)
ORDER BY at_stake_ns DESC, subject

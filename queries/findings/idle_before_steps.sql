-- At most one row: idle time before the first step.
--
-- title: Idle time before the first step
-- sentence: The GPUs are idle for {at_stake_ns} between their first operation and their first step. Totals for the
--    whole trace include this time.
-- advice: Use per-step values instead of totals, or start the recording at the first step (`--capture-range`).
-- certainty: certain
-- stake: none
-- needs: steps
-- docs: https://github.com/nsys-tools/nsys-tools/blob/main/docs/concepts/steps.md
-- table: gap_list
--
-- at_stake_ns  BIGINT  ns     idle time between each GPU's first operation and its first step
-- gap_count    BIGINT  count  number of gaps
WITH first AS (SELECT gpu_id, min(start_ns) AS first_ns FROM step GROUP BY gpu_id)
SELECT sum(least(g.end_ns, f.first_ns) - g.start_ns)::BIGINT AS at_stake_ns, count(*) AS gap_count
FROM gap_list AS g JOIN first AS f ON f.gpu_id = g.gpu_id AND g.start_ns < f.first_ns
HAVING count(*) > 0

-- One row per phase whose steps copy data to the host and wait for the copy, ordered by at_stake_ns, largest first.
--
-- title: Device-to-host copy in every step
-- sentence: A {subject} step copies data to the host {copies_per_step_count!a}, for a total of {copied_bytes} (medians
--    of {step_count} steps). After synchronizations in these steps, the GPU is idle for {at_stake_ns} in total.
-- advice: Make decisions that depend on results (sampling, stopping, convergence) on the GPU. Otherwise, copy the
--    results only every few steps, or delay the copy by one step, using pinned memory and an event.
-- plain: In each step, the program waits for a result from the GPU before it continues ({at_stake_ns} in total). Fetch
--    results later, or only every few steps.
-- certainty: likely
-- stake: idle
-- needs: steps, copies
-- within: cuda_api_sync, synchronization
-- docs: https://docs.pytorch.org/docs/stable/notes/cuda.html#asynchronous-execution
-- table: step_budget
--
-- at_stake_ns            BIGINT   ns     idle time after synchronizations in these steps
-- subject                VARCHAR  -      phase
-- step_count             BIGINT   count  number of steps
-- copies_per_step_count  DOUBLE   count  median number of device-to-host copies of at most 1 MB per step; at least 1
-- copied_bytes           DOUBLE   bytes  median bytes per step in these copies
WITH copied AS (
    SELECT s.step_id, count(*) AS n, sum(c.copied_bytes) AS bytes
    FROM copy AS c
    JOIN step__gpu AS d ON d.process_id = c.process_id AND d.device_id IS NOT DISTINCT FROM c.device_id
    ASOF JOIN step AS s ON s.process_id = c.process_id AND s.gpu_id = d.gpu_id AND s.start_ns <= c.start_ns
    WHERE c.kind = 'Device-to-Host' AND c.copied_bytes <= 1048576 AND c.start_ns < s.end_ns
    GROUP BY s.step_id
),
phase AS (
    SELECT s.phase, count(*) AS step_count, median(coalesce(c.n, 0)) AS copies_per_step, median(c.bytes) AS copied_bytes
    FROM step AS s LEFT JOIN copied AS c USING (step_id)
    GROUP BY s.phase
),
idle AS (SELECT phase, sum(sum_ns)::BIGINT AS idle_ns FROM step_budget WHERE term = 'synchronization' AND part_of = 'idle' GROUP BY phase)
SELECT i.idle_ns AS at_stake_ns, p.phase AS subject, p.step_count, p.copies_per_step AS copies_per_step_count, p.copied_bytes
FROM phase AS p JOIN idle AS i USING (phase)
WHERE p.copies_per_step >= 1 AND p.step_count >= 10 AND i.idle_ns > 0
ORDER BY at_stake_ns DESC, subject

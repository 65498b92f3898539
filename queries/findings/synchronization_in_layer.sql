-- One row per range inside another range in which a synchronization left a GPU idle; ordered by at_stake_ns, largest
-- first. At most three.
--
-- title: Synchronization inside a layer
-- sentence: Inside {subject} a call of {blocking_call} left a GPU idle {gap_count!a}, {at_stake_ns} in all.
-- advice: Look there for `.item()`, `.cpu()`, `.tolist()`, `nonzero`, boolean masks, shapes that depend on values, and
--    prints. Do such work on the GPU, or once per step.
-- certainty: likely
-- stake: idle
-- needs: ranges, calls
-- within: cuda_api_sync, synchronization
-- docs: https://docs.pytorch.org/docs/stable/notes/cuda.html#asynchronous-execution
-- table: gap_list
--
-- at_stake_ns    BIGINT   ns     idle time after synchronizations that operations of the range ended
-- subject        VARCHAR  -      its rolled-up path
-- blocking_call  VARCHAR  -      the function that blocked most
-- gap_count      BIGINT   count  gaps
SELECT sum(g.gap_ns)::BIGINT AS at_stake_ns, p.rolled_path AS subject,
    arg_max(g.blocking_call, g.gap_ns) AS blocking_call, count(*) AS gap_count
FROM gap_list AS g JOIN _range_path AS p USING (range_id)
WHERE g.cause = 'synchronization' AND p.depth >= 1
GROUP BY p.rolled_path
ORDER BY at_stake_ns DESC, subject
LIMIT 3

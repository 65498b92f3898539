-- One row per nested range in which a synchronization left a GPU idle, ordered by at_stake_ns, largest first. At most
-- three rows.
--
-- title: Synchronization inside a layer
-- sentence: In {subject}, {blocking_call} left a GPU idle {gap_count!a}, for {at_stake_ns} in total.
-- advice: In this layer, look for `.item()`, `.cpu()`, `.tolist()`, `nonzero`, boolean masks, data-dependent shapes,
--    and `print` calls. Do that work on the GPU or only once per step.
-- certainty: likely
-- stake: idle
-- needs: ranges, calls
-- within: cuda_api_sync, synchronization
-- docs: https://docs.pytorch.org/docs/stable/notes/cuda.html#asynchronous-execution
-- table: gap_list
--
-- at_stake_ns    BIGINT   ns     idle time after synchronizations and before operations in the range
-- subject        VARCHAR  -      rolled-up path of the range
-- blocking_call  VARCHAR  -      function that accounts for the largest part of this idle time
-- gap_count      BIGINT   count  number of gaps
SELECT sum(g.gap_ns)::BIGINT AS at_stake_ns, p.rolled_path AS subject,
    arg_max(g.blocking_call, g.gap_ns) AS blocking_call, count(*) AS gap_count
FROM gap_list AS g JOIN _range_path AS p USING (range_id)
WHERE g.cause = 'synchronization' AND p.depth >= 1
GROUP BY p.rolled_path
ORDER BY at_stake_ns DESC, subject
LIMIT 3

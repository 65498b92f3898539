-- One row per function: a GPU is idle after a wait for a device or a stream; ordered by at_stake_ns, largest first.
--
-- title: Synchronization
-- sentence: The GPUs went idle {gap_count!a}, {at_stake_ns} in all ({share_ratio} of idle time), while the CPU came
--    back from {subject}.
-- advice: Avoid the synchronization (`.item()`, `.cpu()`, printing a tensor, `cudaDeviceSynchronize`), or queue the
--    next work before it.
-- plain: For {at_stake_ns} in all ({gap_count!a}) the GPU had no work, because the program waited in {subject} for
--    earlier results before it handed over more. Ask for results later, or hand over the next work first.
-- certainty: likely
-- stake: idle
-- needs: calls
-- docs: https://docs.pytorch.org/docs/stable/notes/cuda.html#asynchronous-execution
-- table: gap_summary
--
-- at_stake_ns  BIGINT   ns     idle time that followed these calls
-- subject      VARCHAR  -      the function that blocked
-- gap_count    BIGINT   count  gaps
-- share_ratio  DOUBLE   ratio  at_stake_ns over all idle time
-- longest_ns   BIGINT   ns     longest gap
SELECT sum_ns AS at_stake_ns, coalesce(blocking_call, 'a blocking call') AS subject, gap_count, share_ratio, max_ns AS longest_ns
FROM gap_summary
WHERE cause = 'synchronization' AND coalesce(regexp_matches(blocking_call, '^cuda(Device|Stream)Synchronize'), false)
ORDER BY at_stake_ns DESC, subject

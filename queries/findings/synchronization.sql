-- One row per blocking function that leaves a GPU idle, ordered by at_stake_ns, largest first. Functions that wait for
-- a device or a stream are excluded (see cuda_api_sync).
--
-- title: Blocking calls
-- sentence: The GPUs were idle for {at_stake_ns} in total ({gap_count!a}, {share_ratio} of idle time) because the CPU
--    was blocked in {subject} when they ran out of work.
-- advice: Avoid synchronizing (`.item()`, `.cpu()`, printing a tensor, `cudaDeviceSynchronize`), or enqueue more work
--    before synchronizing.
-- plain: The GPU had no work for {at_stake_ns} in total ({gap_count!a}) because the program waited in {subject} for
--    earlier results before it submitted more work. Request results later, or submit more work before requesting them.
-- certainty: likely
-- stake: idle
-- needs: calls
-- docs: https://docs.pytorch.org/docs/stable/notes/cuda.html#asynchronous-execution
-- table: gap_summary
--
-- at_stake_ns  BIGINT   ns     idle time that follows these calls
-- subject      VARCHAR  -      blocking function
-- gap_count    BIGINT   count  number of gaps
-- share_ratio  DOUBLE   ratio  at_stake_ns divided by total idle time
-- longest_ns   BIGINT   ns     duration of the longest gap
SELECT sum_ns AS at_stake_ns, coalesce(blocking_call, 'a blocking call') AS subject, gap_count, share_ratio, max_ns AS longest_ns
FROM gap_summary
WHERE cause = 'synchronization' AND NOT coalesce(regexp_matches(blocking_call, '^cuda(Device|Stream)Synchronize'), false)
ORDER BY at_stake_ns DESC, subject

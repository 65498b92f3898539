-- One row per communicator and op whose collectives were matched across ranks, ordered by sum_wait_ns, largest first.
-- over: ranks
--
-- communicator        VARCHAR  -      NCCL communicator ID; NULL if not recorded, in which case all ranks form one
--                                     group
-- op                  VARCHAR  -      AllReduce, AllGather, ReduceScatter, AllToAll, Broadcast, Reduce or SendRecv
-- rank_count          BIGINT   count  number of participating ranks whose traces are in the job
-- collective_count    BIGINT   count  number of collectives
-- bytes               BIGINT   bytes  message size as passed to NCCL; NULL if it varies or was not recorded
-- median_transfer_ns  DOUBLE   ns     median of transfer_ns (see collective)
-- median_wait_ns      DOUBLE   ns     median time that a rank waits for other ranks, across ranks and collectives
-- sum_wait_ns         BIGINT   ns     total time that ranks wait for other ranks, summed across ranks
-- wait_ratio          DOUBLE   ratio  sum_wait_ns divided by the total time in these collectives
SELECT communicator, op, any_value(rank_count) AS rank_count, count(DISTINCT collective_id) AS collective_count,
    agreed(bytes) AS bytes, median(transfer_ns) AS median_transfer_ns, median(wait_ns) AS median_wait_ns,
    sum(wait_ns)::BIGINT AS sum_wait_ns, sum(wait_ns) / nullif(sum(duration_ns), 0) AS wait_ratio
FROM collective
GROUP BY communicator, op
ORDER BY sum_wait_ns DESC, communicator NULLS FIRST, op

-- One row per communicator and op that was matched over ranks; ordered by sum_wait_ns, largest first.
-- over: ranks
--
-- communicator        VARCHAR  -      NCCL's number of the group of ranks; NULL where not told: all ranks are one group
-- op                  VARCHAR  -      AllReduce, AllGather, ReduceScatter, AllToAll, Broadcast, Reduce or SendRecv
-- rank_count          BIGINT   count  ranks that took part and are here
-- collective_count    BIGINT   count  collectives
-- bytes               BIGINT   bytes  message size as given to NCCL, where it is always the same
-- median_transfer_ns  DOUBLE   ns     median of transfer_ns, see collective
-- median_wait_ns      DOUBLE   ns     median over ranks and collectives of the wait for others
-- sum_wait_ns         BIGINT   ns     waits of all ranks for others, added up
-- wait_ratio          DOUBLE   ratio  sum_wait_ns over the time in these collectives
SELECT communicator, op, any_value(rank_count) AS rank_count, count(DISTINCT collective_id) AS collective_count,
    agreed(bytes) AS bytes, median(transfer_ns) AS median_transfer_ns, median(wait_ns) AS median_wait_ns,
    sum(wait_ns)::BIGINT AS sum_wait_ns, sum(wait_ns) / nullif(sum(duration_ns), 0) AS wait_ratio
FROM collective
GROUP BY communicator, op
ORDER BY sum_wait_ns DESC, communicator NULLS FIRST, op

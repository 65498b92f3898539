-- One row per collective and participating rank, ordered by communicator, op, place and rank. Collectives are matched
-- across ranks by communicator, op and place. A collective ends at the same time on all of its ranks.
-- over: ranks
-- materialized: all queries about late ranks read it.
--
-- collective_id         BIGINT   -      key of the collective, the same on all of its ranks
-- communicator          VARCHAR  -      communicator ID assigned by NCCL; NULL if not recorded, in which case all ranks
--                                       form one group
-- op                    VARCHAR  -      AllReduce, AllGather, ReduceScatter, AllToAll, Broadcast, Reduce or SendRecv
-- place                 BIGINT   -      position among the group's operations with the same op, starting at 0
-- rank                  BIGINT   -      rank number
-- rank_count            BIGINT   count  number of participating ranks that are in the job
-- bytes                 BIGINT   bytes  message size passed to NCCL; NULL if not recorded
-- arrival_ns            BIGINT   ns     start on this rank, on the clock of the first file; NULL if not aligned
-- end_ns                BIGINT   ns     end on this rank, on the clock of the first file; NULL if not aligned
-- duration_ns           BIGINT   ns     time from start to end on this rank, including waiting and transfer
-- transfer_ns           BIGINT   ns     shortest duration on any of the ranks, which is the duration on the rank that
--                                       does not wait
-- wait_ns               BIGINT   ns     duration_ns - transfer_ns: time that this rank waits for other ranks
-- late_rank             BIGINT   -      the rank that arrives last; NULL if not aligned
-- late_ns               BIGINT   ns     arrival_ns minus the median arrival of all ranks; negative if this rank arrives
--                                       earlier; NULL if not aligned
-- gain_ns               BIGINT   ns     for the last rank to arrive, its arrival minus the second-to-last arrival, that
--                                       is, the time by which this rank alone delays the collective; 0 for other
--                                       ranks; NULL if not aligned
-- residual_ns           DOUBLE   ns     alignment error of the clocks: the largest residual_ns in rank_clock among the
--                                       collective's ranks
-- own_ns                BIGINT   ns     part of the time since the previous communication during which operations ran
--                                       on this rank
-- launch_gap_ns         BIGINT   ns     idle time since the previous communication during which the GPU waited for the
--                                       CPU to launch operations
-- synchronization_ns    BIGINT   ns     idle time since the previous communication during which the CPU was in a
--                                       blocking call
-- other_idle_ns         BIGINT   ns     remaining idle time since the previous communication
WITH placed AS (
    SELECT m.*, c.residual_ns,
        CASE WHEN c.is_aligned THEN on_first_clock(m.start_ns, c.pivot_ns, c.offset_ns, c.drift_ppm) END AS arrival_ns,
        CASE WHEN c.is_aligned THEN on_first_clock(m.end_ns, c.pivot_ns, c.offset_ns, c.drift_ppm) END AS common_end_ns
    FROM rank__matched AS m JOIN rank_clock AS c USING (rank)
),
over_ranks AS (
    SELECT collective_id, min(duration_ns) AS transfer_ns, max(bytes) AS bytes, max(residual_ns) AS residual_ns,
        -- A rank without an aligned clock could be the last one.
        CASE WHEN count(*) = count(arrival_ns) THEN {
            'rank': arg_max(rank, (arrival_ns, rank)), 'middle_ns': median(arrival_ns), 'last_ns': max(arrival_ns, 2)
        } END AS late
    FROM placed GROUP BY collective_id
)
SELECT p.collective_id, p.communicator, p.op, p.place, p.rank, p.rank_count, o.bytes, p.arrival_ns,
    p.common_end_ns AS end_ns, p.duration_ns, o.transfer_ns, p.duration_ns - o.transfer_ns AS wait_ns,
    o.late.rank AS late_rank, round(p.arrival_ns - o.late.middle_ns)::BIGINT AS late_ns,
    CASE WHEN p.rank = o.late.rank THEN o.late.last_ns[1] - o.late.last_ns[2] WHEN o.late.rank IS NOT NULL THEN 0 END
        AS gain_ns,
    o.residual_ns, p.own_ns, p.launch_gap_ns, p.synchronization_ns, p.other_idle_ns
FROM placed AS p JOIN over_ranks AS o USING (collective_id)
ORDER BY p.communicator NULLS FIRST, p.op, p.place, p.rank

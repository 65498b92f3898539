-- One row per collective and rank that took part in it; ordered by communicator, op, place and rank. Collectives are
-- matched over ranks by communicator, op and place; on all their ranks they end at the same time.
-- over: ranks
-- materialized: read by every figure of lateness.
--
-- collective_id         BIGINT   -      the collective, equal on all its ranks
-- communicator          VARCHAR  -      NCCL's number of the group of ranks; NULL where not told: all ranks are one group
-- op                    VARCHAR  -      AllReduce, AllGather, ReduceScatter, AllToAll, Broadcast, Reduce or SendRecv
-- place                 BIGINT   -      number among the operations of the group with the same op, from 0
-- rank                  BIGINT   -      the rank
-- rank_count            BIGINT   count  ranks that took part and are here
-- bytes                 BIGINT   bytes  message size as given to NCCL; NULL where not told
-- arrival_ns            BIGINT   ns     it starts on this rank, on the clock of the first file; NULL where not aligned
-- end_ns                BIGINT   ns     it ends on this rank, likewise
-- duration_ns           BIGINT   ns     from its start to its end on this rank: wait and transfer
-- transfer_ns           BIGINT   ns     the smallest duration over its ranks: of the one that waits for nobody
-- wait_ns               BIGINT   ns     duration_ns - transfer_ns: this rank waits for others
-- late_rank             BIGINT   -      the rank that arrives last; NULL where not aligned
-- late_ns               BIGINT   ns     how much later than the middle (median) of the ranks this rank arrives; negative
--                                       when earlier
-- gain_ns               BIGINT   ns     of the rank that arrives last: how much later than the one before it, which is what
--                                       the collective would gain if this rank alone were on time; 0 for the others
-- residual_ns           DOUBLE   ns     how far the clocks can be off, the largest of its ranks
-- own_ns                BIGINT   ns     since the communication before: something ran on this rank
-- launch_gap_ns         BIGINT   ns     since then: idle, the next launch had not been made
-- synchronization_ns    BIGINT   ns     since then: idle, the CPU was in a blocking call
-- other_idle_ns         BIGINT   ns     since then: idle for another cause
WITH placed AS (
    SELECT m.*, c.residual_ns,
        CASE WHEN c.is_aligned THEN on_first_clock(m.start_ns, c.pivot_ns, c.offset_ns, c.drift_ppm) END AS arrival_ns,
        CASE WHEN c.is_aligned THEN on_first_clock(m.end_ns, c.pivot_ns, c.offset_ns, c.drift_ppm) END AS common_end_ns
    FROM rank__matched AS m JOIN rank_clock AS c USING (rank)
),
over_ranks AS (
    SELECT collective_id, min(duration_ns) AS transfer_ns, max(bytes) AS bytes, max(residual_ns) AS residual_ns,
        -- One rank without a clock could be the last one.
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

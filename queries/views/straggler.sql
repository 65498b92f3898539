-- One row per late rank, communicator and op, ordered by sum_gain_ns, largest first. A rank is late if it arrives after
-- the median arrival of all ranks by more than the possible clock error, and by more than five times the median
-- absolute deviation from that median. The other ranks of the communicator wait for it.
-- over: ranks
--
-- rank              BIGINT   -      rank number
-- communicator      VARCHAR  -      communicator ID assigned by NCCL (see collective)
-- op                VARCHAR  -      collective operation (see collective)
-- pattern           VARCHAR  -      pinned: late for at least half of the collectives; rotating: late for less than
--                                   half
-- rank_count        BIGINT   count  number of ranks in the communicator
-- collective_count  BIGINT   count  number of the communicator's collectives with this op
-- late_count        BIGINT   count  number of collectives for which the rank was late
-- last_count        BIGINT   count  number of collectives for which the rank was late and arrived last
-- late_ratio        DOUBLE   ratio  late_count / collective_count
-- median_late_ns    DOUBLE   ns     median lateness over the collectives for which the rank was late
-- max_late_ns       BIGINT   ns     maximum lateness
-- sum_gain_ns       BIGINT   ns     total time that the collectives would have saved if this rank alone had been on
--                                   time
-- cause             VARCHAR  -      what took longer on this rank than the median over all ranks, before the
--                                   collectives for which it was late: own kernels, launch gap, synchronization (the
--                                   CPU was in a blocking call, or launched late after one), other idle time, or later
--                                   start (the first operation of the rank started later)
-- cause_ns          BIGINT   ns     how much longer this cause took than the median, summed over the collectives for
--                                   which the rank was late
-- floor_ns          DOUBLE   ns     lateness above which the rank is considered late
WITH usual AS (
    SELECT communicator, op, greatest(max(residual_ns), 5 * median(abs(late_ns))) AS floor_ns
    FROM collective WHERE late_ns IS NOT NULL GROUP BY ALL
),
compared AS (
    SELECT c.communicator, c.op, c.rank, c.rank_count, c.late_ns, c.gain_ns, c.late_rank, u.floor_ns,
        c.late_ns > u.floor_ns AS is_late,
        c.own_ns - median(c.own_ns) OVER one AS own_ns,
        c.launch_gap_ns - median(c.launch_gap_ns) OVER one AS launch_gap_ns,
        c.synchronization_ns - median(c.synchronization_ns) OVER one AS synchronization_ns,
        c.other_idle_ns - median(c.other_idle_ns) OVER one AS other_idle_ns
    FROM collective AS c
    JOIN usual AS u ON u.communicator IS NOT DISTINCT FROM c.communicator AND u.op = c.op
    WINDOW one AS (PARTITION BY c.collective_id)
),
summed AS (
    SELECT communicator, op, rank, rank_count, floor_ns, count(*) AS collective_count,
        count(*) FILTER (is_late) AS late_count, count(*) FILTER (is_late AND late_rank = rank) AS last_count,
        median(late_ns) FILTER (is_late) AS median_late_ns, max(late_ns) AS max_late_ns,
        coalesce(sum(gain_ns) FILTER (is_late), 0)::BIGINT AS sum_gain_ns,
        [
            {'ns': sum(own_ns) FILTER (is_late), 'cause': 'own kernels'},
            {'ns': sum(launch_gap_ns) FILTER (is_late), 'cause': 'launch gap'},
            {'ns': sum(synchronization_ns) FILTER (is_late), 'cause': 'synchronization'},
            {'ns': sum(other_idle_ns) FILTER (is_late), 'cause': 'other idle time'}
        ] AS causes
    FROM compared
    GROUP BY ALL
    HAVING late_count > 0
)
SELECT rank, communicator, op, CASE WHEN late_count * 2 >= collective_count THEN 'pinned' ELSE 'rotating' END AS pattern,
    rank_count, collective_count, late_count, last_count, late_count / collective_count AS late_ratio,
    median_late_ns, max_late_ns, sum_gain_ns,
    CASE WHEN list_max(causes).ns > 0 THEN list_max(causes).cause ELSE 'later start' END AS cause, round(list_max(causes).ns)::BIGINT AS cause_ns, floor_ns
FROM summed
ORDER BY sum_gain_ns DESC, late_count DESC, rank, communicator, op

-- One row per communication operation of a rank that was matched with operations on other ranks by communicator, op and
-- place (its position among its GPU's operations with the same communicator and op). If the traces do not identify
-- communicators, all ranks form one group, provided that all of them have the same number of operations.
-- over: ranks
-- materialized: all collective statistics read it.
WITH whole AS (
    SELECT c.rank, c.communicator, c.member_count, c.op, c.place, c.bytes, c.start_ns, c.end_ns, c.duration_ns, c.gpu_id,
        c.before_ns, c.own_ns, c.launch_gap_ns, c.synchronization_ns, c.other_idle_ns,
        count(*) OVER (PARTITION BY c.rank, c.communicator, c.op) AS count
    FROM communication AS c
    WHERE c.op IS NOT NULL
),
-- If ranks recorded different numbers of operations, places do not correspond and the group cannot be matched.
fits AS (
    SELECT communicator, op, count(DISTINCT rank) AS rank_count
    FROM whole
    GROUP BY communicator, op
    HAVING min(count) = max(count) AND count(DISTINCT rank) > 1
        AND (communicator IS NOT NULL OR count(DISTINCT rank) = (SELECT count(*) FROM rank))
)
SELECT dense_rank() OVER (ORDER BY w.communicator, w.op, w.place) - 1 AS collective_id, f.rank_count, w.*
FROM whole AS w
JOIN fits AS f ON f.communicator IS NOT DISTINCT FROM w.communicator AND f.op = w.op
-- Keep one GPU per rank and collective: a process that drives several GPUs has several operations with the same place.
QUALIFY row_number() OVER (PARTITION BY w.rank, w.communicator, w.op, w.place ORDER BY w.gpu_id) = 1

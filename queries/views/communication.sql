-- One row per communication kernel, ordered by process, GPU and start_ns. The communicator and message size come from
-- NCCL's NVTX ranges if those were recorded with their payloads (nsys 2025 and later, --include-blobs=true).
-- materialized: all queries about communication between ranks join it.
--
-- operation_id          BIGINT   -      key of the kernel execution
-- process_id            BIGINT   -      key of the process (nsys's globalPid)
-- gpu_id                BIGINT   -      GPU number
-- stream_id             BIGINT   -      CUDA stream ID
-- name                  VARCHAR  -      kernel name
-- op                    VARCHAR  -      AllReduce, AllGather, ReduceScatter, AllToAll, Broadcast, Reduce or SendRecv;
--                                       NULL if neither the kernel name nor a range name contains it
-- communicator          VARCHAR  -      communicator ID assigned by NCCL, the same on all ranks; NULL if not recorded
-- member_count          BIGINT   count  number of ranks in the communicator; NULL if its creation was not recorded
-- bytes                 BIGINT   bytes  message size passed to NCCL; for SendRecv, the size sent by this GPU; NULL if
--                                       not recorded
-- place                 BIGINT   -      position among this GPU's operations with the same communicator and op,
--                                          starting at 0
-- start_ns              BIGINT   ns     start on the GPU
-- end_ns                BIGINT   ns     end on the GPU
-- duration_ns           BIGINT   ns     end_ns - start_ns, which includes waiting for other ranks and the transfer
-- call_ns               BIGINT   ns     start of the API call that launched it; NULL if the trace does not contain the
--                                       call
-- before_ns             BIGINT   ns     time from the end of the previous communication on this GPU (or, if there is
--                                       none, from the start of the first operation) to start_ns; 0 if the two overlap
-- own_ns                BIGINT   ns     part of before_ns during which operations ran
-- launch_gap_ns         BIGINT   ns     part of before_ns during which the GPU was idle and waited for the CPU to
--                                       launch operations
-- synchronization_ns    BIGINT   ns     part of before_ns during which the GPU was idle and the CPU was in a blocking
--                                       call
-- other_idle_ns         BIGINT   ns     part of before_ns during which the GPU was idle for another reason
WITH operation AS (
    SELECT c.operation_id, c.process_id, c.gpu_id, k.stream_id, c.name_id, c.start_ns, c.end_ns, l.thread_id, l.call_ns,
        max(c.end_ns) OVER (
            PARTITION BY c.gpu_id ORDER BY c.start_ns, c.operation_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS last_ns
    FROM step__class AS c
    JOIN _kernel AS k USING (operation_id)
    LEFT JOIN _launched AS l USING (operation_id)
    WHERE c.is_communication
),
-- NCCL launches a group of calls when the group ends, so a call belongs to the next launch on its thread.
told AS (
    SELECT o.operation_id, agreed(c.communicator) AS communicator,
        min(c.function) FILTER (c.function NOT IN ('Send', 'Recv')) AS op,
        sum(c.bytes) FILTER (c.function NOT IN ('Send', 'Recv')) AS bytes,
        coalesce(sum(c.bytes) FILTER (c.function = 'Send'), sum(c.bytes) FILTER (c.function = 'Recv')) AS sent_bytes
    FROM rank__call AS c
    ASOF JOIN operation AS o ON o.thread_id = c.thread_id AND o.call_ns >= c.start_ns
    WHERE c.function NOT LIKE 'Comm%' AND c.function NOT LIKE 'Group%'
    GROUP BY o.operation_id
),
named AS (
    SELECT o.*, n.name, coalesce(n.op, t.op) AS op, t.communicator,
        CASE WHEN n.op = 'SendRecv' THEN t.sent_bytes ELSE t.bytes END::BIGINT AS bytes
    FROM operation AS o
    JOIN rank__kernel_op AS n USING (name_id)
    LEFT JOIN told AS t USING (operation_id)
),
-- Nothing runs in a gap, so a gap that ends after the previous communication and before this one is between the two.
idle AS (
    SELECT o.operation_id,
        sum(g.gap_ns) FILTER (g.cause = 'launch gap') AS launch_gap_ns,
        sum(g.gap_ns) FILTER (g.cause = 'synchronization') AS synchronization_ns,
        sum(g.gap_ns) AS idle_ns
    FROM gap_list AS g
    ASOF JOIN operation AS o ON o.gpu_id = g.gpu_id AND o.start_ns >= g.end_ns
    GROUP BY ALL
),
first AS (SELECT gpu_id, min(start_ns) AS first_ns FROM gpu__covered GROUP BY ALL),
whole AS (
    SELECT n.*, m.member_count,
        greatest(n.start_ns - coalesce(n.last_ns, f.first_ns), 0) AS before_ns,
        coalesce(i.launch_gap_ns, 0)::BIGINT AS launch_gap_ns,
        coalesce(i.synchronization_ns, 0)::BIGINT AS synchronization_ns,
        coalesce(i.idle_ns, 0)::BIGINT AS idle_ns
    FROM named AS n
    JOIN first AS f USING (gpu_id)
    LEFT JOIN idle AS i USING (operation_id)
    LEFT JOIN (
        SELECT communicator, agreed(member_count) AS member_count FROM rank__call
        WHERE member_count IS NOT NULL GROUP BY ALL
    ) AS m USING (communicator)
)
SELECT operation_id, process_id, gpu_id, stream_id, name, op, communicator, member_count, bytes,
    row_number() OVER (
        PARTITION BY process_id, gpu_id, communicator, op ORDER BY start_ns, operation_id
    ) - 1 AS place,
    start_ns, end_ns, end_ns - start_ns AS duration_ns, call_ns, before_ns, before_ns - idle_ns AS own_ns,
    launch_gap_ns, synchronization_ns, idle_ns - launch_gap_ns - synchronization_ns AS other_idle_ns
FROM whole
ORDER BY process_id, gpu_id, start_ns, operation_id

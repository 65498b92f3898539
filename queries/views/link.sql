-- One row per op, message size and number of ranks, with the bandwidth of matched collectives, ordered by op, bytes and
-- rank_count. Only collectives with a known message size are included. Bandwidths are defined as in nccl-tests.
-- Algorithm bandwidth is the size divided by the time. Bus bandwidth is the algorithm bandwidth multiplied by `factor`.
-- Bus bandwidth can be compared with the link bandwidth for any op and any number of ranks.
-- over: ranks
--
-- op                     VARCHAR  -        AllReduce, AllGather, ReduceScatter, AllToAll, Broadcast, Reduce or SendRecv
-- rank_count             BIGINT   count    number of ranks in the communicator
-- bytes                  BIGINT   bytes    message size passed to NCCL
-- size_bytes             BIGINT   bytes    size as defined by nccl-tests: bytes * rank_count for AllGather and
--                                          ReduceScatter, otherwise bytes
-- count                  BIGINT   count    number of collectives
-- median_transfer_ns     DOUBLE   ns       median transfer_ns (see collective)
-- min_transfer_ns        BIGINT   ns       shortest transfer_ns
-- algorithm_bytes_per_s  DOUBLE   bytes/s  size_bytes / median_transfer_ns
-- bus_bytes_per_s        DOUBLE   bytes/s  algorithm_bytes_per_s * factor
-- factor                 DOUBLE   ratio    AllReduce: 2 (n - 1) / n; AllGather, ReduceScatter and AllToAll: (n - 1) /
--                                          n; otherwise 1 (n is rank_count)
WITH one AS (
    SELECT c.collective_id, c.op, any_value(coalesce(m.member_count, c.rank_count)) AS rank_count,
        any_value(c.bytes) AS bytes, any_value(c.transfer_ns) AS transfer_ns
    FROM collective AS c
    JOIN rank__matched AS m USING (collective_id, rank)
    WHERE c.bytes > 0 AND c.transfer_ns > 0
    GROUP BY c.collective_id, c.op
),
summed AS (
    SELECT op, rank_count, bytes, bytes * CASE WHEN op IN ('AllGather', 'ReduceScatter') THEN rank_count ELSE 1 END
            AS size_bytes,
        count(*) AS count, median(transfer_ns) AS median_transfer_ns, min(transfer_ns) AS min_transfer_ns,
        CASE op
            WHEN 'AllReduce' THEN 2 * (rank_count - 1) / rank_count
            WHEN 'AllGather' THEN (rank_count - 1) / rank_count
            WHEN 'ReduceScatter' THEN (rank_count - 1) / rank_count
            WHEN 'AllToAll' THEN (rank_count - 1) / rank_count
            ELSE 1
        END AS factor
    FROM one
    GROUP BY op, rank_count, bytes
)
SELECT op, rank_count, bytes, size_bytes, count, median_transfer_ns, min_transfer_ns,
    size_bytes / median_transfer_ns * 1e9 AS algorithm_bytes_per_s,
    size_bytes / median_transfer_ns * 1e9 * factor AS bus_bytes_per_s, factor
FROM summed
ORDER BY op, bytes, rank_count

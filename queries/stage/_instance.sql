-- One row per stage instance, with its figures.
-- materialized: medians and standard deviations are computed from these values.
--
-- stage_instance adds the paths, whose text would be most of this table.
--
-- Counting distinct calls takes long and cannot be spilled. It is only necessary for a call that launched several
-- operations, such as a graph launch. Calls are therefore marked in one bitmap per block of 4,096 calls. If a block has
-- as many operations as bits, no two of its operations share a call.
WITH shared AS MATERIALIZED (
    SELECT call_id >> 12 AS block
    FROM _launched
    WHERE piece_id IS NOT NULL
    GROUP BY block
    HAVING count(*) > bit_count(bitstring_agg(call_id & 4095, 0, 4095))
),
launch AS (
    SELECT piece_id, call_id, call_id >> 12 AS block FROM _launched WHERE piece_id IS NOT NULL
),
figure AS (
    SELECT range_id, sum(span_ns) AS span_ns, sum(busy_ns) AS busy_ns, sum(n) AS operation_count,
        sum(n) FILTER (kind = 'kernel') AS kernel_count, sum(ns) AS sum_ns, sum(launch_count) AS launch_count
    FROM (
        SELECT range_id, span_ns, busy_ns FROM stage__device
        UNION ALL BY NAME
        SELECT s.range_id, w.kind, w.n, w.ns FROM _piece_work AS w JOIN stage__piece AS s USING (piece_id)
        UNION ALL BY NAME
        -- Each call is in exactly one piece, so counts per piece can be added up.
        SELECT s.range_id, c.launch_count
        FROM (
            SELECT piece_id, count(*) AS launch_count FROM launch ANTI JOIN shared USING (block) GROUP BY piece_id
            UNION ALL
            SELECT piece_id, count(DISTINCT call_id) FROM launch SEMI JOIN shared USING (block) GROUP BY piece_id
        ) AS c
        JOIN stage__piece AS s USING (piece_id)
    )
    GROUP BY range_id
)
SELECT s.stage, s.range_id, r.thread_id, r.start_ns,
    r.end_ns - r.start_ns AS wall_ns,
    coalesce(f.span_ns, 0)::BIGINT AS span_ns,
    coalesce(f.busy_ns, 0)::BIGINT AS busy_ns,
    coalesce(f.sum_ns, 0)::BIGINT AS sum_ns,
    coalesce(f.span_ns - f.busy_ns, 0)::BIGINT AS idle_ns,
    coalesce(f.operation_count, 0)::BIGINT AS operation_count,
    coalesce(f.kernel_count, 0)::BIGINT AS kernel_count,
    coalesce(f.launch_count, 0)::BIGINT AS launch_count
FROM stage__range AS s
JOIN _range AS r USING (range_id)
LEFT JOIN figure AS f USING (range_id)

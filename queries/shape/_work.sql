-- One row per range in shape, and one row per reason why operations are outside these ranges, with totals of the GPU
-- operations. Each operation is included once.
-- materialized: it joins operations and ranges; three queries read it.
--
-- An operation belongs to the range in its stack that has FLOPs (there is at most one), or else to the innermost range
-- with shapes. A range with FLOPs therefore owns all of its operations, including those of nested operators.
-- kernel_dtype is the data type in the names of the range's matrix kernels, or NULL if the names contain different
-- types.
WITH owned AS (
    SELECT piece_id,
        CASE WHEN kind = 'graph' THEN 'CUDA graph run' WHEN range_id IS NULL THEN 'operation without a range'
            ELSE 'range without shapes' END AS otherwise,
        sum(n)::BIGINT AS n, sum(ns)::BIGINT AS ns
    FROM _piece_work
    GROUP BY ALL
),
owner AS (
    SELECT s.piece_id, arg_min(h.range_id, CASE WHEN h.flops IS NULL THEN s.level ELSE -1 END) AS range_id
    FROM _range_stack AS s
    JOIN shape AS h USING (range_id)
    SEMI JOIN owned AS o ON o.piece_id = s.piece_id
    GROUP BY s.piece_id
),
named AS (
    SELECT w.range_id, min(d.dtype) AS first_dtype, max(d.dtype) AS last_dtype
    FROM owner AS w
    JOIN _launched AS a USING (piece_id)
    JOIN shape__dtype AS d ON d.name_id = a.name_id
    GROUP BY w.range_id
)
SELECT w.range_id, CASE WHEN w.range_id IS NULL THEN o.otherwise END AS otherwise,
    sum(o.n)::BIGINT AS operation_count, sum(o.ns)::BIGINT AS sum_ns,
    CASE WHEN any_value(n.first_dtype) = any_value(n.last_dtype) THEN any_value(n.first_dtype) END AS kernel_dtype
FROM owned AS o
LEFT JOIN owner AS w USING (piece_id)
LEFT JOIN named AS n ON n.range_id = w.range_id
GROUP BY ALL

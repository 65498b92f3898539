-- One row per NVTX range that launched copies, memsets or kernels on its own thread, with the interval from the first
-- start to the last end of these operations on the GPU, and the same interval for its kernels alone. call_id is the
-- call of the first launch. The definition differs from stats__projected and follows nsys's recipes: a range does not
-- contain a call that ends at the last instant of the range, and ranges that were never closed contain nothing.
-- materialized: launches are joined with the ranges around them.
WITH operation AS (
    SELECT l.piece_id, l.start_ns, l.end_ns, l.call_end_ns, l.operation_id & 3 = 0 AS is_kernel,
        l.call_id
    FROM _launched AS l, recipe__asked AS a
    WHERE l.operation_id & 3 <> 3 AND l.piece_id IS NOT NULL AND touches(l.start_ns, l.end_ns, a.first_ns, a.last_ns)
),
piece AS (
    SELECT piece_id, min(start_ns) AS start_ns, max(end_ns) AS end_ns, max(call_end_ns) AS call_end_ns,
        min(start_ns) FILTER (is_kernel) AS kernel_start_ns, max(end_ns) FILTER (is_kernel) AS kernel_end_ns,
        min(call_id) AS call_id
    FROM operation
    GROUP BY piece_id
),
-- Operations are aggregated per piece so that few rows are joined with the stack. They are examined individually only
-- in pieces with calls that reach the end of one of the ranges.
late AS (
    SELECT DISTINCT p.piece_id FROM piece AS p JOIN stats__stack AS s USING (piece_id) WHERE p.call_end_ns >= s.end_ns
),
part AS (
    SELECT s.range_id, p.start_ns, p.end_ns, p.kernel_start_ns, p.kernel_end_ns, p.call_id
    FROM (FROM piece ANTI JOIN late USING (piece_id)) AS p JOIN stats__stack AS s USING (piece_id)
    UNION ALL
    SELECT s.range_id, o.start_ns, o.end_ns, CASE WHEN o.is_kernel THEN o.start_ns END,
        CASE WHEN o.is_kernel THEN o.end_ns END, o.call_id
    FROM (FROM operation SEMI JOIN late USING (piece_id)) AS o JOIN stats__stack AS s USING (piece_id)
    WHERE o.call_end_ns < s.end_ns
)
SELECT p.range_id, r.name, r.domain, min(p.start_ns) AS start_ns, max(p.end_ns) AS end_ns,
    min(p.kernel_start_ns) AS kernel_start_ns, max(p.kernel_end_ns) AS kernel_end_ns, min(p.call_id) AS call_id
FROM part AS p JOIN recipe__named_range AS r USING (range_id)
WHERE r.end_ns IS NOT NULL
GROUP BY p.range_id, r.name, r.domain

-- One row per NVTX range that contains GPU operations, with the first start, the last end and the number of these
-- operations.
-- materialized: two reports read it.
--
-- Operations are aggregated per piece so that few rows are joined with the stack. They are examined individually only
-- in pieces with calls that outlast one of the ranges.
WITH operation AS (
    SELECT operation_id, start_ns, end_ns, piece_id, call_end_ns FROM _launched WHERE operation_id & 3 <> 3
),
part AS (
    SELECT s.range_id, p.start_ns, p.end_ns, p.operation_count
    FROM (FROM stats__launch_piece ANTI JOIN stats__outlasted USING (piece_id) WHERE operation_count > 0) AS p
    JOIN stats__stack AS s USING (piece_id)
    UNION ALL
    SELECT s.range_id, o.start_ns, o.end_ns, 1
    FROM (FROM operation SEMI JOIN stats__outlasted USING (piece_id)) AS o
    JOIN stats__stack AS s USING (piece_id)
    WHERE o.call_end_ns <= s.end_ns
    UNION ALL
    SELECT i.range_id, o.start_ns, o.end_ns, 1
    FROM stats__instant AS i JOIN operation AS o USING (operation_id)
)
SELECT range_id, min(start_ns) AS start_ns, max(end_ns) AS end_ns, sum(operation_count)::BIGINT AS operation_count
FROM part
GROUP BY range_id

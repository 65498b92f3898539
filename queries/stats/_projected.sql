-- One row per NVTX range that holds GPU operations: first start, last end and number of them.
-- materialised: shared by two reports.
--
-- Operations are summed up by piece where every range of the stack holds the call, which is nearly always, so that
-- few rows are spread over the stack.
WITH operation AS (
    SELECT o.operation_id, o.start_ns, o.end_ns, a.piece_id, a.call_end_ns
    FROM attribution AS a JOIN _gpu_operation AS o USING (operation_id)
    WHERE o.operation_id & 3 <> 3
),
tight AS (SELECT piece_id, min(end_ns) AS end_ns FROM stats__stack GROUP BY piece_id),
by_piece AS (
    SELECT o.piece_id, o.call_end_ns > t.end_ns AS is_late, CASE WHEN is_late THEN o.call_end_ns END AS call_end_ns,
        min(o.start_ns) AS start_ns, max(o.end_ns) AS end_ns, count(*) AS operation_count
    FROM operation AS o JOIN tight AS t USING (piece_id)
    GROUP BY ALL
),
part AS (
    SELECT s.range_id, p.start_ns, p.end_ns, p.operation_count
    FROM by_piece AS p JOIN stats__stack AS s USING (piece_id)
    WHERE NOT p.is_late OR p.call_end_ns <= s.end_ns
    UNION ALL
    SELECT i.range_id, o.start_ns, o.end_ns, 1
    FROM stats__instant AS i JOIN operation AS o USING (operation_id)
)
SELECT range_id, min(start_ns) AS start_ns, max(end_ns) AS end_ns, sum(operation_count)::BIGINT AS operation_count
FROM part
GROUP BY range_id

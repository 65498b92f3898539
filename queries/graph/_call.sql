-- One row per API call that begins or ends a stream capture or creates a graph node, on the threads that created nodes.
-- Calls nested in a call of the same kind are excluded; for example, driver calls inside runtime calls.
-- materialized: almost always empty, otherwise small.
WITH named AS (
    SELECT id AS name_id,
        CASE WHEN regexp_matches(value, '^cu(da)?StreamBeginCapture') THEN 'begin'
            WHEN regexp_matches(value, '^cu(da)?StreamEndCapture') THEN 'end'
            WHEN regexp_matches(value, '^cu(da)?(GraphAdd|GraphLaunch|Launch|(Mem|Malloc|Free)\w*Async)') THEN 'create'
        END AS kind
    FROM _string_call
),
call AS (
    SELECT c.thread_id, c.call_id, n.kind, c.start_ns, c.end_ns
    FROM _api_call AS c JOIN named AS n USING (name_id)
    WHERE n.kind IS NOT NULL AND coalesce(c.return_code, 0) = 0
        AND c.thread_id IN (SELECT DISTINCT thread_id FROM _graph_record WHERE original_id IS NULL)
)
SELECT thread_id, kind, start_ns, end_ns
FROM call
QUALIFY coalesce(start_ns >= max(end_ns) OVER (
    PARTITION BY thread_id, kind = 'create' ORDER BY start_ns, end_ns DESC, call_id
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
), true)

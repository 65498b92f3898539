-- One row per API call that launched nothing because its correlationId belongs to an earlier call in the same process.
-- materialized: it is almost always empty; calls are compared only if the join returned more rows than there are
--     operations.
WITH several AS (SELECT (SELECT count(*) FROM _attribution) > (SELECT sum(n) FROM _recorded) AS is_so)
SELECT DISTINCT call_id FROM (
    SELECT a.call_id FROM _attribution AS a, several AS s WHERE s.is_so
    QUALIFY row_number() OVER (PARTITION BY a.operation_id ORDER BY a.call_ns, a.call_id) > 1
)

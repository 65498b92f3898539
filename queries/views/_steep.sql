-- One row per thread on which ranges cross, or lie more than 100 deep: to walk up level by level would take too long.
-- materialized: almost always empty, and known to be.
FROM _crossing UNION SELECT thread_id FROM _nesting GROUP BY thread_id HAVING max(open_count) > 100

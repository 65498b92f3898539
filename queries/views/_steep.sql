-- One row per thread on which ranges cross or nest more than 100 deep, where walking up level by level would take too
-- long.
-- materialized: almost always empty, and DuckDB knows this once it is materialized.
FROM _crossing UNION SELECT thread_id FROM _nesting GROUP BY thread_id HAVING max(open_count) > 100

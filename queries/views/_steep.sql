-- One row per thread on which ranges cross or nest more than 100 levels deep. Walking up level by level would take too
-- long there.
-- materialized: it is almost always empty. Once it is materialized, DuckDB knows that it is empty.
FROM _crossing UNION SELECT thread_id FROM _nesting GROUP BY thread_id HAVING max(open_count) > 100

-- One row per listed kernel name with the statistics of its execution times.
-- materialized: three reports share the quartiles of all durations.
WITH summary AS (
    SELECT k.range_name, n.same_id AS name_id, spread(k.duration_ns) AS s, quarters(k.duration_ns) AS q
    FROM stats__kernel AS k JOIN _kernel_name AS n USING (name_id)
    GROUP BY ALL
)
SELECT label_text(range_name, n.name) AS name, s, q
FROM summary JOIN _kernel_name AS n USING (name_id)

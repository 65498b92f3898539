-- One row per kernel name in the trace, with the first rule that matches it. A name that no rule matches belongs to the
-- `other` class.
-- materialized: text matching over every name, used by every query that distinguishes classes.
WITH matched AS (
    SELECT k.name_id, first_match(n.value, 'kernel_rule') AS position
    FROM (SELECT DISTINCT name_id FROM _kernel) AS k
    LEFT JOIN _string_kernel AS n ON n.id = k.name_id
)
SELECT m.name_id, coalesce(r.class, 'other') AS class, m.position
FROM matched AS m LEFT JOIN kernel_rule AS r USING (position)

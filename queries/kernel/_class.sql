-- One row per kernel name of the trace: the first rule that matches it; none leaves it in class other.
-- materialized: text work over every name, asked for by all that tells classes apart.
SELECT k.name_id,
    coalesce(arg_min(r.class, r.position), 'other') AS class,
    min(r.position) AS position
FROM (SELECT DISTINCT name_id FROM _kernel) AS k
LEFT JOIN _string_kernel AS n ON n.id = k.name_id
LEFT JOIN kernel_rule AS r ON regexp_matches(n.value, r.expression, 'i')
GROUP BY k.name_id

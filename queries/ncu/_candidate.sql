-- One row per profiled launch and kernel name in the trace that it may match. Names are compared by key. Function names
-- alone are considered only if no full name has the same key.
WITH named AS (
    SELECT l.launch, l.key, f.name, f.is_function, l.spelling <> l.key AS is_spelled,
        bool_or(l.spelling = f.spelling) AS is_equal
    FROM ncu__launch AS l JOIN ncu__form AS f USING (key)
    GROUP BY ALL
),
nearest AS (FROM named QUALIFY NOT is_function OR bool_and(is_function) OVER (PARTITION BY launch))
SELECT *, count(*) OVER (PARTITION BY launch) AS name_count FROM nearest

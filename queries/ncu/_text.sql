-- One row per kernel name as nsys or ncu print it, with the key under which both are the same kernel: without casts
-- of template arguments, namespaces, a leading return type void, and blanks; true and false are 1 and 0.
-- optional: trace
SELECT
    text,
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        text,
        '\([A-Za-z_][\w: ]*\)(-?\d)', '\1', 'g'),
        '(\b[A-Za-z_]\w*|<unnamed>|\(anonymous namespace\)|\{anonymous\})::', '', 'g'),
        '^(static )?void ', ''),
        '\btrue\b', '1', 'g'),
        '\bfalse\b', '0', 'g'),
        '\b(\d+)(u|l|ul|ull|ll|U|L|UL|ULL|LL)\b', '\1', 'g'),
        '\s*([<>,()&*\[\]])\s*', '\1', 'g') AS key
FROM (
    SELECT DISTINCT value AS text FROM _string_kernel
    UNION
    SELECT DISTINCT kernel FROM ncu_metric
)

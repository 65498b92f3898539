-- One row per matrix kernel name, with the data type of its operands if the name contains it.
--
-- The first matching rule in analytic/kernels/dtypes.csv applies.
SELECT c.name_id, arg_min(r.dtype, r.position) AS dtype
FROM kernel__class AS c
JOIN _string_kernel AS n ON n.id = c.name_id
JOIN (
    SELECT row_number() OVER () AS position, dtype, expression
    FROM read_csv('{asset:analytic/kernels/dtypes.csv}', header = true, all_varchar = true)
) AS r ON regexp_matches(n.value, r.expression, 'i')
WHERE c.class IN ('gemm', 'gemv', 'attention')
GROUP BY c.name_id

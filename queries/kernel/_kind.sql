-- One row per kernel name, with its role in the findings that examine kernel sequences.
SELECT c.name_id,
    c.class = 'gemm' AS is_product,
    c.class IN ('elementwise', 'activation') OR (c.class = 'copy' AND regexp_matches(n.value, 'elementwise|copy_kernel|CatArray'))
        AS is_pointwise,
    coalesce(regexp_matches(n.value, 'softmax', 'i'), false) AS is_softmax,
    coalesce(regexp_matches(n.value, '\bexp(_kernel|_)|exp_kernel', 'i'), false) AS is_exponential,
    c.class = 'reduction' AS is_reduction,
    -- A softmax that precedes one of these kernels belongs to a router or a sampler.
    c.class IN ('sampling', 'routing', 'embedding') AS is_choice
FROM kernel__class AS c
LEFT JOIN _string_kernel AS n ON n.id = c.name_id

-- One row per rule that gives kernels a class; ordered by position. From the asset analytic/kernels/rules.csv; a
-- session table of this name goes before it.
--
-- position    BIGINT   -  order; the first rule that matches a kernel's name gives its class
-- class       VARCHAR  -  gemm, gemv, attention, norm, activation, elementwise, copy, routing, reduction, embedding,
--                         sampling or communication
-- expression  VARCHAR  -  regular expression, found anywhere in the demangled name, upper and lower case alike
-- example     VARCHAR  -  a name that this rule is the first to match
-- note        VARCHAR  -  why it is there, or stands where it stands
SELECT row_number() OVER () AS position, class, expression, example, note
FROM read_csv('{asset:analytic/kernels/rules.csv}', header = true, all_varchar = true, hive_partitioning = false)

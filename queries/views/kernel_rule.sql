-- One row per rule that assigns a class to kernels, ordered by position. The rules are read from
-- analytic/kernels/rules.csv. A session table named kernel_rule overrides them.
--
-- position    BIGINT   -  position of the rule; the first rule that matches a kernel name determines its class
-- class       VARCHAR  -  gemm, gemv, attention, norm, activation, elementwise, copy, routing, reduction, embedding,
--                         sampling or communication
-- expression  VARCHAR  -  regular expression, case-insensitive, matched anywhere in the demangled name
-- example     VARCHAR  -  kernel name for which this rule is the first to match
-- note        VARCHAR  -  reason for the rule or for its position
SELECT row_number() OVER () AS position, class, expression, example, note
FROM read_csv('{asset:analytic/kernels/rules.csv}', header = true, all_varchar = true, hive_partitioning = false)

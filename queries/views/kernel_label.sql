-- One row per kernel name, for the 20,000 names with the most GPU time; unordered. Labels are unique within a trace.
--
-- source: trace
--
-- name   VARCHAR  -  demangled name with template arguments
-- label  VARCHAR  -  unique short name of at most 48 characters: functor and element types, tile and layout of matrix
--                    products, head size and pass of attention, operation and data type of NCCL
SELECT NULL::VARCHAR AS name, NULL::VARCHAR AS label WHERE false

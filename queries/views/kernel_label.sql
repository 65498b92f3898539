-- One row per kernel name, of the 20,000 names that take the most GPU time; unordered. The labels of a trace differ.
--
-- source: trace
--
-- name   VARCHAR  -  demangled name with template arguments
-- label  VARCHAR  -  what tells it from others in at most 48 characters: functor and element types, tile and layout of
--                    matrix products, head size and pass of attention, operation and type of NCCL
SELECT NULL::VARCHAR AS name, NULL::VARCHAR AS label WHERE false

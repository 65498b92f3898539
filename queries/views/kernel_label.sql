-- One row per kernel name, for the 20,000 names with the most GPU time; unordered. Labels are unique within a trace.
--
-- source: trace
--
-- name   VARCHAR  -  demangled name with template arguments
-- label  VARCHAR  -  unique short name of at most 48 characters; depending on the kernel, it contains the functor and
--                    element types, the tile and layout of a matrix product, the head size and pass of attention, or
--                    the NCCL operation and data type
SELECT NULL::VARCHAR AS name, NULL::VARCHAR AS label WHERE false

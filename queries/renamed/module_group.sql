-- The rows of callgraph_module under its old name; the next release drops it.
--
-- renamed: callgraph_module
SELECT * FROM callgraph_module

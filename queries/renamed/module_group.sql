-- The rows of callgraph_module under its old name. The next release removes this name.
--
-- renamed: callgraph_module
SELECT * FROM callgraph_module

-- The rows of callgraph_summary under its old name. The next release removes this name.
--
-- renamed: callgraph_summary
SELECT * FROM callgraph_summary

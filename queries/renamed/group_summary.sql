-- The rows of callgraph_summary under its old name; the next release drops it.
--
-- renamed: callgraph_summary
SELECT * FROM callgraph_summary

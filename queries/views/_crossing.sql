-- One row per thread on which ranges cross without nesting (start/end ranges, or several domains on one thread).
-- materialized: it is almost always empty; all other threads skip the search for crossed ranges.
--
-- If ranges nest, the number of open ranges is the same after the end of a range as before its start. If a range ends
-- before a range that was opened inside it, the inner range is still open, and the number is larger.
SELECT DISTINCT s.thread_id
FROM _nesting AS s JOIN _nesting AS e USING (range_id)
WHERE s.is_start AND NOT e.is_start AND e.open_count <> s.open_count - 1

-- One row per thread on which ranges cross without nesting (start/end ranges, several domains on one thread).
-- materialized: almost always empty; all other threads skip the search for crossed ranges.
--
-- Where ranges nest, as many ranges are open after the end of a range as before its start. The first range that ends
-- before a range opened inside it leaves that range open as well.
SELECT DISTINCT s.thread_id
FROM _nesting AS s JOIN _nesting AS e USING (range_id)
WHERE s.is_start AND NOT e.is_start AND e.open_count <> s.open_count - 1

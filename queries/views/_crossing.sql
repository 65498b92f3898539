-- One row per thread on which ranges cross without nesting (start/end ranges, several domains on one thread).
-- materialized: almost always empty; spares all others the search for what to cut.
--
-- Where ranges nest, a range leaves as many open at its end as there were around it at its start. The first range to
-- end before one that was opened inside it leaves that one too.
SELECT DISTINCT s.thread_id
FROM _nesting AS s JOIN _nesting AS e USING (range_id)
WHERE s.is_start AND NOT e.is_start AND e.open_count <> s.open_count - 1

-- One row per crossed range, which is a range that ends before a range that was opened inside it. number is the
-- position among the thread's crossed ranges in opening order.
-- materialized: it is almost always empty. Once it is materialized, DuckDB knows that it is empty. All other ranges on
--     a thread are properly nested.
--
-- The latest end of the ranges opened inside a range is a maximum over consecutive numbers, so that no pairs of ranges
-- are compared.
WITH spans AS (
    SELECT range_id, thread_id, start_ns, end_ns, opened, row_number() OVER (PARTITION BY thread_id ORDER BY opened) AS n
    FROM _range SEMI JOIN _crossing USING (thread_id)
    WHERE end_ns > start_ns
),
begun AS (SELECT thread_id, start_ns, max(n) AS n FROM spans GROUP BY ALL),
followed AS (
    SELECT s.*, b.n - s.n AS follower_count
    FROM spans AS s
    ASOF JOIN begun AS b ON b.thread_id = s.thread_id AND b.start_ns < s.end_ns
),
reached AS (
    SELECT *, max(end_ns) OVER (
        PARTITION BY thread_id ORDER BY n ROWS BETWEEN 1 FOLLOWING AND follower_count FOLLOWING
    ) AS latest_end_inside
    FROM followed
)
SELECT range_id, thread_id, start_ns, end_ns, opened, row_number() OVER (PARTITION BY thread_id ORDER BY opened) AS number
FROM reached
WHERE follower_count > 0 AND latest_end_inside > end_ns

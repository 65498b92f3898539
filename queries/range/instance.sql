-- One row per NVTX range, numbered among the ranges with the same name and domain, ordered by name, domain and start.
--
-- range_name  VARCHAR  -   name as recorded
-- domain      VARCHAR  -   NVTX domain; '' for the default domain
-- instance    BIGINT   -   index of the range in opening order, starting at 0
-- start_ns    BIGINT   ns  start of the range on the CPU
-- end_ns      BIGINT   ns  end of the range on the CPU, or the end of the trace if the range was never closed
SELECT
    n.name AS range_name, coalesce(d.name, '') AS domain,
    row_number() OVER (PARTITION BY n.name, d.name ORDER BY r.start_ns, r.range_id) - 1 AS instance,
    r.start_ns, r.end_ns
FROM _range AS r
JOIN _range_name AS n USING (range_id)
LEFT JOIN _domain AS d ON d.process_id = r.thread_id & -16777216 AND d.domain_id = r.domain_id
ORDER BY n.name, domain, instance

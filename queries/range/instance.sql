-- One row per NVTX range, counted among those of its name and domain; ordered by name, domain and start.
--
-- range_name  VARCHAR  -   as recorded
-- domain      VARCHAR  -   NVTX domain; '' for the default one
-- instance    BIGINT   -   0 for the first that was opened
-- start_ns    BIGINT   ns  opened, on the CPU
-- end_ns      BIGINT   ns  closed; the end of the trace when it never was
SELECT
    n.name AS range_name, coalesce(d.name, '') AS domain,
    row_number() OVER (PARTITION BY n.name, d.name ORDER BY r.start_ns, r.range_id) - 1 AS instance,
    r.start_ns, r.end_ns
FROM _range AS r
JOIN _range_name AS n USING (range_id)
LEFT JOIN _domain AS d ON d.process_id = r.thread_id & -16777216 AND d.domain_id = r.domain_id
ORDER BY n.name, domain, instance

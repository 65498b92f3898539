-- One row per latency metric and time base, over all requests and tokens in the trace, ordered by figure (in the order
-- in which the latencies occur in a request), then by value_count, largest first.
--
-- figure       VARCHAR  -      latency metric: time to first token, inter-token latency, or end-to-end latency
-- base         VARCHAR  -      how the times were determined: gpu, from the ends of GPU operations; cpu, from ranges
--     that launched no GPU operations; mixed, from one of each
-- value_count  BIGINT   count  number of values (n): requests, or tokens after the first one
-- mean_ns      DOUBLE   ns     mean latency
-- stddev_ns    DOUBLE   ns     sample standard deviation; NULL for a single value
-- median_ns    DOUBLE   ns     median latency
-- p90_ns       DOUBLE   ns     90th percentile, with linear interpolation (quantile_cont)
-- p99_ns       DOUBLE   ns     99th percentile, with linear interpolation (quantile_cont)
-- min_ns       BIGINT   ns     minimum latency
-- max_ns       BIGINT   ns     maximum latency
WITH value AS (
    SELECT 1 AS place, 'time to first token' AS figure, ttft_base AS base, ttft_ns AS ns FROM llm_request
    UNION ALL
    SELECT 2, 'inter-token latency', itl_base, itl_ns FROM llm_token
    UNION ALL
    SELECT 3, 'end-to-end latency', latency_base, latency_ns FROM llm_request
)
SELECT figure, base, count(*) AS value_count, avg(ns) AS mean_ns, deviation(ns) AS stddev_ns, median(ns) AS median_ns,
    quantile_cont(ns, 0.9) AS p90_ns, quantile_cont(ns, 0.99) AS p99_ns, min(ns) AS min_ns, max(ns) AS max_ns
FROM value
WHERE ns IS NOT NULL
GROUP BY place, figure, base
ORDER BY place, value_count DESC, base

-- One row per throughput metric and time base, over all requests in the trace, ordered by figure, then by value_count,
-- largest first. The rates are per sequence. In a batch, each sequence is generated at this rate.
--
-- figure               VARCHAR  -         throughput metric: decode (steps per second, from the first token to the last
--     token), or end to end (tokens per second, from the start of the request to the last token)
-- base                 VARCHAR  -         how the times were determined (see llm_latency)
-- value_count          BIGINT   count     number of requests (n)
-- mean_tokens_per_s    DOUBLE   tokens/s  mean rate
-- stddev_tokens_per_s  DOUBLE   tokens/s  sample standard deviation; NULL for a single value
-- median_tokens_per_s  DOUBLE   tokens/s  median rate
-- p90_tokens_per_s     DOUBLE   tokens/s  90th percentile, with linear interpolation (quantile_cont)
-- p99_tokens_per_s     DOUBLE   tokens/s  99th percentile, with linear interpolation (quantile_cont)
-- min_tokens_per_s     DOUBLE   tokens/s  minimum rate
-- max_tokens_per_s     DOUBLE   tokens/s  maximum rate
WITH value AS (
    SELECT 'decode' AS figure, decode_base AS base, decode_tokens_per_s AS rate FROM llm_request
    UNION ALL
    SELECT 'end to end', latency_base, total_tokens_per_s FROM llm_request
)
SELECT figure, base, count(*) AS value_count, avg(rate ORDER BY rate) AS mean_tokens_per_s,
    stddev_samp(rate ORDER BY rate) AS stddev_tokens_per_s, median(rate) AS median_tokens_per_s,
    quantile_cont(rate, 0.9) AS p90_tokens_per_s,
    quantile_cont(rate, 0.99) AS p99_tokens_per_s, min(rate) AS min_tokens_per_s, max(rate) AS max_tokens_per_s
FROM value
WHERE rate IS NOT NULL
GROUP BY figure, base
ORDER BY figure, value_count DESC, base

-- One row per phase, process and GPU, with step durations and the token counts from the step names, ordered by the
-- phase's total time on all GPUs, largest first, then by process and GPU.
-- materialized: the result is small, and every report and comparison reads it.
--
-- phase                      VARCHAR  -         prefill, decode, mixed, train, or other
-- process_id                 BIGINT   -         key of the process (nsys's globalPid)
-- gpu_id                     BIGINT   -         GPU number
-- found_by                   VARCHAR  -         how the steps were identified
-- step_count                 BIGINT   count     number of steps
-- sum_ns                     BIGINT   ns        sum of wall times
-- mean_ns                    DOUBLE   ns        mean wall time
-- median_ns                  DOUBLE   ns        median wall time
-- min_ns                     BIGINT   ns        minimum wall time
-- max_ns                     BIGINT   ns        maximum wall time
-- stddev_ns                  DOUBLE   ns        sample standard deviation of the wall time
-- q1_ns                      DOUBLE   ns        first quartile of the wall time
-- q3_ns                      DOUBLE   ns        third quartile of the wall time
-- first_half_ns              DOUBLE   ns        median wall time of the first half of the steps (by count)
-- second_half_ns             DOUBLE   ns        median wall time of the remaining steps; a large difference from
--     first_half_ns indicates drift
-- busy_ratio                 DOUBLE   ratio     GPU busy time divided by sum_ns
-- context_tokens             BIGINT   count     number of prompt tokens; NULL unless every step name contains this
--     number
-- generation_tokens          BIGINT   count     number of tokens processed for the generation requests; NULL unless
--     every step name contains this number
-- context_tokens_per_s       DOUBLE   tokens/s  context_tokens divided by sum_ns; NULL if context_tokens is NULL
-- generation_tokens_per_s    DOUBLE   tokens/s  generation_tokens divided by sum_ns; NULL if generation_tokens is NULL.
--     Do not add these rates across GPUs, because all ranks of a model report the same token counts
WITH numbered AS (
    SELECT *, row_number() OVER (PARTITION BY phase, process_id, gpu_id ORDER BY start_ns)
        <= count(*) OVER (PARTITION BY phase, process_id, gpu_id) // 2 AS is_first_half
    FROM step
),
summed AS (
    SELECT phase, process_id, gpu_id, min(found_by) AS found_by, count(*) AS step_count, sum(wall_ns)::BIGINT AS sum_ns,
        avg(wall_ns) AS mean_ns, median(wall_ns) AS median_ns, min(wall_ns) AS min_ns, max(wall_ns) AS max_ns,
        coalesce(deviation(wall_ns), 0) AS stddev_ns, quantile_cont(wall_ns, 0.25) AS q1_ns,
        quantile_cont(wall_ns, 0.75) AS q3_ns,
        median(wall_ns) FILTER (is_first_half) AS first_half_ns, median(wall_ns) FILTER (NOT is_first_half) AS second_half_ns,
        sum(busy_ns) / sum(wall_ns) AS busy_ratio,
        CASE WHEN count(context_tokens) = count(*) THEN sum(context_tokens)::BIGINT END AS context_tokens,
        CASE WHEN count(generation_tokens) = count(*) THEN sum(generation_tokens)::BIGINT END AS generation_tokens
    FROM numbered GROUP BY ALL
)
SELECT *, context_tokens / sum_ns * 1e9 AS context_tokens_per_s, generation_tokens / sum_ns * 1e9 AS generation_tokens_per_s
FROM summed
ORDER BY sum(sum_ns) OVER (PARTITION BY phase) DESC, phase, process_id, gpu_id

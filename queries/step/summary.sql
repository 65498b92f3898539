-- One row per phase and GPU of a process: how long its steps take, and the tokens that their names tell; ordered by
-- the time of the phase on all GPUs, most first, then by process and GPU.
-- materialized: small, and read by every report and comparison.
--
-- phase                      VARCHAR  -         prefill, decode, mixed, train, or other
-- process_id                 BIGINT   -         key of the process (nsys's globalPid)
-- gpu_id                     BIGINT   -         the GPU
-- found_by                   VARCHAR  -         what told that these are steps
-- step_count                 BIGINT   count     steps
-- sum_ns                     BIGINT   ns        sum of their wall times
-- mean_ns                    DOUBLE   ns        mean
-- median_ns                  DOUBLE   ns        median
-- min_ns                     BIGINT   ns        shortest
-- max_ns                     BIGINT   ns        longest
-- stddev_ns                  DOUBLE   ns        sample standard deviation
-- q1_ns                      DOUBLE   ns        first quartile
-- q3_ns                      DOUBLE   ns        third quartile
-- first_half_ns              DOUBLE   ns        median of the steps in the first half, by number
-- second_half_ns             DOUBLE   ns        median of the others; much apart from first_half_ns the steps drift
-- busy_ratio                 DOUBLE   ratio     time in which anything runs on the GPU over sum_ns
-- context_tokens             BIGINT   count     tokens of prompts; NULL where a name does not tell
-- generation_tokens          BIGINT   count     tokens of requests that generate; NULL where a name does not tell
-- context_tokens_per_s       DOUBLE   tokens/s  context_tokens over sum_ns
-- generation_tokens_per_s    DOUBLE   tokens/s  generation_tokens over sum_ns. Ranks of one model tell the same tokens:
--     not to be added over GPUs
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

-- One row per profiled launch, with the values that ncu reports under different labels (see ncu_kernel).
WITH tensor AS (
    -- ncu reports sparse and dense products separately and in total. Use the separate counts only if the total was not
    -- collected.
    SELECT launch, sum(value) FILTER (NOT is_part) AS whole, sum(value) FILTER (is_part) AS parts
    FROM (
        SELECT DISTINCT launch, metric, value, metric LIKE '%\_sparsity\_o%' ESCAPE '\' AS is_part
        FROM ncu_metric
        WHERE regexp_full_match(metric, 'sm__ops_path_tensor_src_(fp|bf|tf)\w+\.sum')
    )
    GROUP BY launch
),
scalar AS (
    -- ncu counts the same instructions per SM (sm) and per SM sub-partition (smsp). Use only one of the two counts.
    SELECT launch, sum(value * CASE WHEN op LIKE '%fma' THEN 2 ELSE 1 END) AS flops
    FROM (
        SELECT launch, max(value) AS value,
            regexp_extract(metric, 'thread_inst_executed_op_([dfh](add|mul|fma))_pred_on\.sum', 1) AS op
        FROM ncu_metric
        WHERE regexp_full_match(metric, 'sms?p?__sass_thread_inst_executed_op_[dfh](add|mul|fma)_pred_on\.sum')
        GROUP BY launch, op
    )
    GROUP BY launch
),
labeled AS (
    SELECT launch,
        max(value) FILTER (metric = 'dram__bytes_read.sum') AS dram_read_bytes,
        max(value) FILTER (metric = 'dram__bytes_write.sum') AS dram_write_bytes,
        max(value) FILTER (metric = 'dram__bytes.sum') AS dram_both_bytes,
        max(value) FILTER (metric = 'gpu__time_duration.sum') AS duration_exact,
        max(value) FILTER (metric = 'Duration' AND unit = 'ns') AS duration_shown,
        -- Check the unit too: a bandwidth can have the same label as a percentage of the peak.
        max(value) FILTER (unit = '%' AND metric IN (
            'gpu__compute_memory_throughput.avg.pct_of_peak_sustained_elapsed', 'Memory Throughput', 'Memory [%]'
        )) AS memory_percent,
        max(value) FILTER (unit = '%' AND metric IN (
            'sm__throughput.avg.pct_of_peak_sustained_elapsed', 'Compute (SM) Throughput', 'SM [%]'
        )) AS compute_percent,
        max(value) FILTER (unit = '%' AND metric IN (
            'gpu__dram_throughput.avg.pct_of_peak_sustained_elapsed',
            'dram__throughput.avg.pct_of_peak_sustained_elapsed', 'DRAM Throughput'
        )) AS dram_percent
    FROM ncu_metric
    GROUP BY launch
)
SELECT l.launch,
    coalesce(l.dram_read_bytes + l.dram_write_bytes, l.dram_both_bytes) AS dram_bytes,
    coalesce(t.whole, t.parts) AS tensor_flops,
    s.flops AS scalar_flops,
    l.memory_percent / 100 AS memory_throughput_ratio,
    l.compute_percent / 100 AS compute_throughput_ratio,
    l.dram_percent / 100 AS dram_throughput_ratio,
    coalesce(l.duration_exact, l.duration_shown) AS duration_ns
FROM labeled AS l
LEFT JOIN tensor AS t USING (launch)
LEFT JOIN scalar AS s USING (launch)

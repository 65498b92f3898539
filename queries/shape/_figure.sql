-- One row per op and combination of shapes, and one row per layer (see level), with FLOPs, bytes, GPU time and roofline
-- time.
-- materialized: one join supplies both levels.
--
-- Rates include only ranges that have both FLOPs and GPU time.
WITH measured AS (
    SELECT h.range_id, h.op, h.shapes, h.dtype, h.reason, l.layer, h.flops, h.element_count,
        coalesce(w.operation_count, 0) AS operation_count, coalesce(w.sum_ns, 0) AS sum_ns,
        CASE WHEN h.flops IS NOT NULL AND w.sum_ns > 0 THEN w.sum_ns END AS counted_ns,
        CASE h.dtype WHEN 'bfloat16' THEN 'bf16' WHEN 'float16' THEN 'fp16' WHEN 'float32' THEN 'fp32' ELSE h.dtype END
            AS text_dtype,
        -- The kernel name takes precedence, because float32 products may be computed in tf32.
        CASE
            WHEN h.flops IS NULL THEN NULL
            WHEN w.kernel_dtype IS NOT NULL THEN {'name': w.kernel_dtype, 'from': 'kernel names'}
            WHEN h.dtype IS NOT NULL THEN {'name': text_dtype, 'from': 'text'}
            -- The operands of _scaled_mm have 8 or 4 bits, which cannot be determined from the sizes.
            WHEN h.op = 'aten::_scaled_mm' THEN NULL
            ELSE (SELECT {'name': any_value(dtype), 'from': 'assumed'} FROM shape_peak WHERE is_assumed)
        END AS compute
    FROM shape AS h
    LEFT JOIN shape__work AS w USING (range_id)
    LEFT JOIN shape__layer AS l USING (range_id)
),
peaked AS (
    SELECT m.*, p.dtype AS peak_dtype, CASE WHEN p.dtype IS NOT NULL THEN m.compute['from'] END AS dtype_source,
        m.element_count * element_bytes(coalesce(m.dtype, p.dtype)) AS accessed_bytes,
        CASE WHEN m.counted_ns IS NOT NULL THEN m.flops END AS timed_flops,
        CASE WHEN m.counted_ns IS NOT NULL THEN m.flops / p.flops_per_s * 1e9 END AS compute_ns,
        CASE WHEN m.counted_ns IS NOT NULL THEN accessed_bytes / p.bytes_per_s * 1e9 END AS memory_ns,
        CASE
            WHEN m.flops IS NULL OR m.counted_ns IS NULL OR p.dtype IS NOT NULL THEN NULL
            WHEN NOT EXISTS (FROM shape_peak) THEN 'no peak is known for this GPU'
            WHEN m.compute['name'] IS NULL THEN 'no dtype is known: set --dtype to one in shape_peak'
            ELSE 'no peak for this dtype'
        END AS unknown
    FROM measured AS m LEFT JOIN shape_peak AS p ON p.dtype = m.compute['name']
),
summed AS (
    SELECT CASE grouping(layer) WHEN 1 THEN 'op' ELSE 'layer' END AS level, op, shapes, dtype, reason, layer,
        count(*) AS range_count,
        count(flops) AS counted_count,
        sum(operation_count)::BIGINT AS operation_count,
        sum(sum_ns)::BIGINT AS sum_ns,
        coalesce(sum(counted_ns), 0)::BIGINT AS counted_ns,
        sum(flops)::DOUBLE AS flops,
        sum(timed_flops)::DOUBLE AS timed_flops,
        CASE WHEN count(flops) = count(accessed_bytes) THEN sum(accessed_bytes)::DOUBLE END AS accessed_bytes,
        CASE WHEN min(peak_dtype) = max(peak_dtype) THEN min(peak_dtype) END AS peak_dtype,
        CASE WHEN min(dtype_source) = max(dtype_source) THEN min(dtype_source) END AS dtype_source,
        min(unknown) AS unknown,
        sum(compute_ns ORDER BY compute_ns) AS compute_ns,
        sum(memory_ns ORDER BY memory_ns) AS memory_ns,
        sum(greatest(compute_ns, memory_ns) ORDER BY greatest(compute_ns, memory_ns)) AS least_ns
    FROM peaked
    GROUP BY GROUPING SETS ((op, shapes, dtype, reason), (layer))
),
compared AS (
    SELECT *, timed_flops / nullif(counted_ns, 0) * 1e9 AS achieved_flops_per_s,
        sum_ns / nullif((SELECT sum(sum_ns) FROM shape__work), 0) AS share_ratio,
        CASE WHEN unknown IS NULL THEN compute_ns / nullif(counted_ns, 0) END AS ratio
    FROM summed
)
SELECT * EXCLUDE (ratio, least_ns, unknown),
    CASE WHEN ratio <= 1 THEN ratio END AS util_sum_ratio,
    CASE WHEN ratio <= 1 AND least_ns <= counted_ns THEN least_ns END AS roofline_ns,
    CASE WHEN ratio <= 1 AND memory_ns IS NOT NULL THEN CASE WHEN compute_ns > memory_ns THEN 'compute' ELSE 'memory' END
        END AS bound,
    CASE
        WHEN counted_count = 0 THEN NULL
        WHEN unknown IS NOT NULL THEN unknown
        WHEN counted_ns = 0 THEN 'no GPU time'
        WHEN ratio > 1 THEN 'above 100 %: wrong dtype or GPU, sparsity, or operations outside every range'
        WHEN least_ns > counted_ns THEN 'bandwidth above 100 %: part of the data is in a cache, or wrong dtype or GPU'
    END AS withheld
FROM compared

-- One row per GPU metric sample; unordered. The lowest bits of nsys's typeId are the GPU number.
SELECT m.typeId & 255 AS gpu_id, m.timestamp AS start_ns, m.timestamp AS end_ns, m.row_id, m.metricId AS metric_id,
    coalesce(n.name, 'metric ' || m.metricId) AS counter, m.value
FROM loaded.GPU_METRICS AS m
LEFT JOIN (
    SELECT typeId, metricId, min(metricName) AS name FROM loaded.TARGET_INFO_GPU_METRICS GROUP BY ALL
) AS n ON n.typeId = m.typeId AND n.metricId = m.metricId
WHERE m.timestamp IS NOT NULL AND m.value IS NOT NULL

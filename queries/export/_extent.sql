-- One row per instance of a stage and GPU: from the first start to the last end of its operations on that GPU;
-- unordered.
-- unstored: an export reads it in chunks.
SELECT gpu_id, range_id, stage, min(start_ns) AS start_ns, max(end_ns) AS end_ns, count(*) AS operation_count
FROM stage__covered
GROUP BY gpu_id, range_id, stage

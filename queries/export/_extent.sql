-- One row per instance of a stage and GPU, with the first start and the last end of the stage's operations on that GPU;
-- unordered.
-- unstored: exports read it in chunks.
SELECT gpu_id, range_id, stage, min(start_ns) AS start_ns, max(end_ns) AS end_ns, count(*) AS operation_count
FROM stage__covered
GROUP BY gpu_id, range_id, stage

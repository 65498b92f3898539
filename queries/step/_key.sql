-- One row per process, GPU and kind of operation that can mark a step.
-- materialized: one pass over all operations, used by every part of the search.
SELECT process_id, gpu_id, key_id, min(name_id) AS name_id, min(grid_x) AS grid_x, min(grid_y) AS grid_y,
    min(grid_z) AS grid_z, min(other) AS other, min(preference) AS preference,
    count(*) AS operation_count, sum(duration_ns)::BIGINT AS sum_ns
FROM step__operation
GROUP BY process_id, gpu_id, key_id

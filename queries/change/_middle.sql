-- One row: the midpoint of the GPU activity, which separates early from late operations.
SELECT min(start_ns) + (max(end_ns) - min(start_ns)) // 2 AS at_ns FROM _gpu_operation

-- One row: the instant in the middle of the GPU operations, which parts early from late.
SELECT min(start_ns) + (max(end_ns) - min(start_ns)) // 2 AS at_ns FROM _gpu_operation

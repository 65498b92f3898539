-- One row: the sum of the durations of all kernels.
SELECT sum(sum_ns)::BIGINT AS total_ns FROM kernel__shape

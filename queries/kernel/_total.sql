-- One row with the total duration of all kernels.
SELECT sum(sum_ns)::BIGINT AS total_ns FROM kernel__shape

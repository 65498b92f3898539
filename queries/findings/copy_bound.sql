-- At most one row, if copies between host and device take more GPU time than kernels and graph runs.
--
-- title: More copying than computing
-- sentence: Copies between host and device take {sum_ns} to transfer {copied_bytes}, at {bandwidth_bytes_per_s}.
--    Kernels and graph runs take {compute_ns}.
-- advice: Keep data on the GPU between computations, use smaller data types for copies, and overlap the remaining
--    copies with kernels.
-- plain: Moving data to and from the GPU takes {sum_ns}. Computation takes {compute_ns}.
-- certainty: likely
-- stake: copy
-- needs: copies
-- docs: https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/index.html#data-transfer-between-host-and-device
-- table: copy_summary
--
-- at_stake_ns            BIGINT  ns       sum_ns
-- sum_ns                 BIGINT  ns       total duration of copies between host and device
-- copied_bytes           BIGINT  bytes    bytes copied between host and device
-- bandwidth_bytes_per_s  DOUBLE  bytes/s  copied_bytes divided by sum_ns
-- compute_ns             BIGINT  ns       total duration of kernels and graph runs
WITH copied AS (
    SELECT sum(duration_ns)::BIGINT AS ns, sum(copied_bytes)::BIGINT AS bytes
    FROM copy WHERE kind IN ('Host-to-Device', 'Device-to-Host')
),
computed AS (SELECT kernel_sum_ns + graph_run_sum_ns AS ns FROM trace_summary)
SELECT c.ns AS at_stake_ns, c.ns AS sum_ns, c.bytes AS copied_bytes, c.bytes * 1e9 / nullif(c.ns, 0) AS bandwidth_bytes_per_s,
    k.ns AS compute_ns
FROM copied AS c, computed AS k
WHERE c.ns > k.ns

-- One row with the assumed cost of recording the NVTX ranges per launch: 5 µs per range, and at most 1 ms. 5 µs is
-- below the lower quartile measured by `make nvtx-cost` (capture/nvtx-cost.md). Without recording, each launch gap
-- would be shorter by up to this time.
SELECT range_count, least(5000 * range_count, 1000000)::DOUBLE AS recording_ns
FROM (
    SELECT coalesce((SELECT count(*) FROM _range) / nullif((SELECT count(*) FROM _gpu_operation), 0), 0)::DOUBLE AS range_count
)

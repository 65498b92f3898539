-- One row: what the NVTX ranges of a launch cost while they are recorded, at most: 5 us per range, less than the lower
-- quartile that `make nvtx-cost` measures (capture/nvtx-cost.md). Without the recording, launch gaps are that much shorter.
SELECT range_count, least(5000 * range_count, 1000000)::DOUBLE AS recording_ns
FROM (
    SELECT coalesce((SELECT count(*) FROM _range) / nullif((SELECT count(*) FROM _gpu_operation), 0), 0)::DOUBLE AS range_count
)

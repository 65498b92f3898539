-- At most one row: synchronous copies to or from pageable memory, including copies for which no API call was recorded.
--
-- title: Copies use pageable memory
-- sentence: {copy_count} copies use pageable host memory. They transfer {copied_bytes} in {sum_ns}
--    ({bandwidth_bytes_per_s}). Pinned copies reach about 20 GB/s over PCIe 4.0.
-- advice: Pin the host memory (`pin_memory=True`, `cudaHostAlloc`, or `cudaHostRegister` once), and copy asynchronously
--    so that copies overlap kernels.
-- plain: {copy_count} copies between the GPU and pageable memory took {sum_ns} to transfer {copied_bytes}. Pinned
--    memory would make them several times faster.
-- certainty: certain
-- stake: copy
-- needs: copies
-- within: copy_bound
-- docs: https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/index.html#data-transfer-between-host-and-device
-- table: copy_summary
--
-- at_stake_ns            BIGINT   ns       sum_ns minus the time that copying the same bytes takes at 20 GB/s, a rate
--                                          that pinned copies reach over PCIe 4.0 x16
-- subject                VARCHAR  -        copy direction that takes the most time
-- copy_count             BIGINT   count    number of copies
-- copied_bytes           BIGINT   bytes    bytes copied
-- sum_ns                 BIGINT   ns       total duration of these copies
-- bandwidth_bytes_per_s  DOUBLE   bytes/s  copied_bytes divided by sum_ns
WITH found AS (FROM copy__call WHERE is_pageable AND NOT is_async)
SELECT beyond_pinned_ns(sum_ns, copied_bytes) AS at_stake_ns, subject, copy_count, copied_bytes, sum_ns, bandwidth_bytes_per_s
FROM all_copies('found')

-- One row at most: synchronous copies without pageable memory that block the CPU, as in NVIDIA's rule cuda_memcpy_sync.
--
-- title: Synchronous copies
-- sentence: {copy_count} copies were made by synchronous calls: {copied_bytes} in {sum_ns}. The CPU waits during each.
-- advice: Use `cudaMemcpyAsync` on a stream of its own, so that copies run beside kernels.
-- plain: {copy_count} copies ({sum_ns}) hold up the program until they are done. Asynchronous copies do not.
-- certainty: likely
-- stake: copy
-- needs: copies
-- within: copy_bound
-- docs: https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/index.html#data-transfer-between-host-and-device
-- table: copy_summary
--
-- at_stake_ns            BIGINT   ns       sum_ns
-- subject                VARCHAR  -        direction with the most time
-- copy_count             BIGINT   count    copies
-- copied_bytes           BIGINT   bytes    amount
-- sum_ns                 BIGINT   ns       their durations
-- bandwidth_bytes_per_s  DOUBLE   bytes/s  copied_bytes over sum_ns
WITH found AS (
    SELECT c.*
    FROM copy__call AS c JOIN _copy_device AS d USING (operation_id)
    WHERE c.call ILIKE 'cudaMemcpy%' AND NOT c.is_async AND NOT c.is_pageable
        AND NOT (c.copied_bytes <= 64000 AND c.kind = 'Host-to-Device')
        AND (d.source_id IS NULL OR d.source_id <> d.destination_id)
)
SELECT sum_ns AS at_stake_ns, subject, copy_count, copied_bytes, sum_ns, bandwidth_bytes_per_s
FROM all_copies('found')

-- At most one row: synchronous copies that block the CPU and do not use pageable memory, as in NVIDIA's
-- cuda_memcpy_sync rule.
--
-- title: Synchronous copies
-- sentence: {copy_count} copies were issued by synchronous calls. They transfer {copied_bytes} in {sum_ns}, and the CPU
--    waits during each copy.
-- advice: Use `cudaMemcpyAsync` on a separate stream so that copies overlap kernels.
-- plain: The program waits for each of {copy_count} copies to finish ({sum_ns} in total). Asynchronous copies avoid
--    the wait.
-- certainty: likely
-- stake: copy
-- needs: copies
-- within: copy_bound
-- docs: https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/index.html#data-transfer-between-host-and-device
-- table: copy_summary
--
-- at_stake_ns            BIGINT   ns       sum_ns
-- subject                VARCHAR  -        copy direction that takes the most time
-- copy_count             BIGINT   count    number of copies
-- copied_bytes           BIGINT   bytes    bytes copied
-- sum_ns                 BIGINT   ns       total duration of these copies
-- bandwidth_bytes_per_s  DOUBLE   bytes/s  copied_bytes divided by sum_ns
WITH found AS (
    SELECT c.*
    FROM copy__call AS c JOIN _copy_device AS d USING (operation_id)
    WHERE c.call ILIKE 'cudaMemcpy%' AND NOT c.is_async AND NOT c.is_pageable
        AND NOT (c.copied_bytes <= 64000 AND c.kind = 'Host-to-Device')
        AND (d.source_id IS NULL OR d.source_id <> d.destination_id)
)
SELECT sum_ns AS at_stake_ns, subject, copy_count, copied_bytes, sum_ns, bandwidth_bytes_per_s
FROM all_copies('found')

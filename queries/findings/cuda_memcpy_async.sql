-- One row at most: asynchronous copies from or to pageable memory.
--
-- title: Asynchronous copies with pageable memory
-- sentence: {copy_count} asynchronous copies use pageable host memory: {copied_bytes} in {sum_ns},
--    {bandwidth_bytes_per_s}. Such copies block the CPU, and are staged.
-- advice: Pin the host memory (`pin_memory=True`, `cudaHostAlloc`) and copy with `non_blocking=True`.
-- plain: {copy_count} copies between the GPU and ordinary memory took {sum_ns}. Pinned memory makes them faster, and
--    they run beside other work.
-- certainty: certain
-- stake: copy
-- needs: copies
-- within: copy_bound
-- docs: https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/index.html#data-transfer-between-host-and-device
-- table: copy_summary
--
-- at_stake_ns            BIGINT   ns       sum_ns without what the same bytes take at 20 GB/s, which pinned copies
--                                          reach over PCIe 4.0 x16
-- subject                VARCHAR  -        direction with the most time
-- copy_count             BIGINT   count    copies
-- copied_bytes           BIGINT   bytes    amount
-- sum_ns                 BIGINT   ns       their durations
-- bandwidth_bytes_per_s  DOUBLE   bytes/s  copied_bytes over sum_ns
WITH named AS (
    SELECT kind, count(*) AS copy_count, sum(copied_bytes)::BIGINT AS copied_bytes, sum(duration_ns)::BIGINT AS sum_ns
    FROM (
        SELECT c.kind, c.copied_bytes, c.duration_ns
        FROM copy AS c JOIN _launched AS l ON l.operation_id = c.operation_id
        JOIN _api_call AS a ON a.call_id = l.call_id
        JOIN _string_call AS s ON s.id = a.name_id
        WHERE (c.source_memory = 'Pageable' OR c.destination_memory = 'Pageable') AND s.value ILIKE 'cudaMemcpy%Async%'
    )
    GROUP BY kind
),
whole AS (
    SELECT arg_max(coalesce(kind, 'Unknown'), sum_ns) AS subject, sum(copy_count)::BIGINT AS copy_count,
        sum(copied_bytes)::BIGINT AS copied_bytes, sum(sum_ns)::BIGINT AS sum_ns
    FROM named
)
SELECT greatest(sum_ns - copied_bytes / 20, 0)::BIGINT AS at_stake_ns, subject, copy_count, copied_bytes, sum_ns, copied_bytes * 1e9 / nullif(sum_ns, 0) AS bandwidth_bytes_per_s
FROM whole
WHERE copy_count > 0

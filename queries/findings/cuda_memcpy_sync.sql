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
WITH named AS (
    SELECT kind, count(*) AS copy_count, sum(copied_bytes)::BIGINT AS copied_bytes, sum(duration_ns)::BIGINT AS sum_ns
    FROM (
        SELECT c.kind, c.copied_bytes, c.duration_ns
        FROM copy AS c JOIN _launched AS l ON l.operation_id = c.operation_id
        JOIN _api_call AS a ON a.call_id = l.call_id
        JOIN _string_call AS s ON s.id = a.name_id
        JOIN _copy_device AS d ON d.operation_id = c.operation_id
        WHERE s.value ILIKE 'cudaMemcpy%' AND s.value NOT ILIKE '%async%'
            AND NOT (c.copied_bytes <= 64000 AND c.kind = 'Host-to-Device')
            AND (d.source_id IS NULL OR d.source_id <> d.destination_id)
            AND c.source_memory IS DISTINCT FROM 'Pageable' AND c.destination_memory IS DISTINCT FROM 'Pageable'
    )
    GROUP BY kind
),
whole AS (
    SELECT arg_max(coalesce(kind, 'Unknown'), sum_ns) AS subject, sum(copy_count)::BIGINT AS copy_count,
        sum(copied_bytes)::BIGINT AS copied_bytes, sum(sum_ns)::BIGINT AS sum_ns
    FROM named
)
SELECT sum_ns AS at_stake_ns, subject, copy_count, copied_bytes, sum_ns, copied_bytes * 1e9 / nullif(sum_ns, 0) AS bandwidth_bytes_per_s
FROM whole
WHERE copy_count > 0

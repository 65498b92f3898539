-- One row per kernel, copy or memset, ordered by start time.
--
-- start_ns                     BIGINT   ns       start time on the GPU
-- duration_ns                  BIGINT   ns       duration on the GPU
-- correlation_id               BIGINT   -        ID of the API call that launched the operation; unique per process
-- grid_x                       BIGINT   -        grid size in x, in blocks
-- grid_y                       BIGINT   -        grid size in y, in blocks
-- grid_z                       BIGINT   -        grid size in z, in blocks
-- block_x                      BIGINT   -        block size in x, in threads
-- block_y                      BIGINT   -        block size in y, in threads
-- block_z                      BIGINT   -        block size in z, in threads
-- register_count               BIGINT   count    registers per thread
-- static_shared_memory_bytes   BIGINT   bytes    static shared memory per block
-- dynamic_shared_memory_bytes  BIGINT   bytes    dynamic shared memory per block
-- moved_bytes                  BIGINT   bytes    bytes copied or set
-- throughput_bytes_per_s       BIGINT   bytes/s  throughput as computed by nsys: bytes times the integer part of
--                                                (1 s / duration); 0 if the duration exceeds 1 s
-- source_memory                VARCHAR  -        memory kind of the source of a copy, or of the memory that is set
-- destination_memory           VARCHAR  -        memory kind of the destination of a copy
-- device                       VARCHAR  -        product name and number of the GPU
-- context_id                   BIGINT   -        CUDA context
-- green_context_id             BIGINT   -        green context; NULL if there is none
-- stream_id                    BIGINT   -        CUDA stream
-- name                         VARCHAR  -        kernel name, copy direction, or memset
--
-- nsys: start_ns = Start:ts_ns
-- nsys: duration_ns = Duration:dur_ns
-- nsys: correlation_id = CorrId
-- nsys: grid_x = GrdX
-- nsys: grid_y = GrdY
-- nsys: grid_z = GrdZ
-- nsys: block_x = BlkX
-- nsys: block_y = BlkY
-- nsys: block_z = BlkZ
-- nsys: register_count = Reg/Trd
-- nsys: static_shared_memory_bytes = StcSMem:mem_B
-- nsys: dynamic_shared_memory_bytes = DymSMem:mem_B
-- nsys: moved_bytes = Bytes:mem_B
-- nsys: throughput_bytes_per_s = Throughput:thru_B
-- nsys: source_memory = SrcMemKd
-- nsys: destination_memory = DstMemKd
-- nsys: device = Device
-- nsys: context_id = Ctx
-- nsys: green_context_id = GreenCtx
-- nsys: stream_id = Strm
-- nsys: name = Name
WITH operation AS (
    SELECT
        k.operation_id, k.start_ns, k.duration_ns, k.correlation_id,
        k.grid_x, k.grid_y, k.grid_z, k.block_x, k.block_y, k.block_z,
        k.register_count, k.static_shared_memory_bytes, k.dynamic_shared_memory_bytes,
        NULL::BIGINT AS moved_bytes, NULL::VARCHAR AS source_memory, NULL::VARCHAR AS destination_memory,
        k.device_id, k.context_id, k.green_context_id, k.stream_id, label_text(k.range_name, n.name) AS name
    FROM stats__kernel AS k LEFT JOIN _kernel_name AS n USING (name_id)
    UNION ALL BY NAME
    SELECT
        c.operation_id, c.start_ns, c.duration_ns, c.correlation_id, c.copied_bytes AS moved_bytes, c.source_memory,
        c.destination_memory, c.device_id, c.context_id, c.green_context_id, c.stream_id, m.operation AS name
    FROM copy AS c JOIN stats__memory AS m USING (operation_id)
    UNION ALL BY NAME
    SELECT
        s.operation_id, s.start_ns, s.duration_ns, s.correlation_id, s.set_bytes AS moved_bytes,
        s.memory AS source_memory, s.device_id, s.context_id, s.green_context_id, s.stream_id, m.operation AS name
    FROM memset AS s JOIN stats__memory AS m USING (operation_id)
)
SELECT
    o.start_ns, o.duration_ns, o.correlation_id, o.grid_x, o.grid_y, o.grid_z, o.block_x, o.block_y, o.block_z,
    o.register_count, o.static_shared_memory_bytes, o.dynamic_shared_memory_bytes, o.moved_bytes,
    CASE WHEN o.duration_ns > 0 THEN 1000000000 // o.duration_ns * o.moved_bytes END AS throughput_bytes_per_s,
    o.source_memory, o.destination_memory,
    coalesce(g.name, '') || ' (' || o.device_id || ')' AS device,
    o.context_id, nullif(o.green_context_id, 0) AS green_context_id, o.stream_id, o.name
FROM operation AS o
LEFT JOIN gpu AS g ON g.gpu_id = o.device_id
ORDER BY o.start_ns, o.operation_id & 3, o.operation_id

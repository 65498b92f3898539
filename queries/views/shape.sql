-- One row per NVTX range whose name contains tensor sizes, with the FLOPs derived from them; unordered.
-- materialized: it reads and compares the names of all ranges.
--
-- range_id       BIGINT   -      key of the range
-- form           VARCHAR  -      origin of the range name: layer (hooks of vLLM, SGLang or TensorRT-LLM), operator
--                                (PyTorch) or pyprof
-- module         VARCHAR  -      for a layer, the name of the module
-- op             VARCHAR  -      operator name; for a layer, one of linear, embedding, attention and layer
-- shapes         VARCHAR  -      tensor sizes; for a layer, the sizes of its first input, weight and bias
-- dtype          VARCHAR  -      data type of the operands, spelled as in PyTorch; NULL if the range name does not
--                                contain it
-- flops          BIGINT   flops  FLOPs, 2 per multiply-add; for attention, all pairs of positions are included; NULL if
--                                reason is set
-- bytes          BIGINT   bytes  bytes of inputs, weights and output, each accessed once, all in this dtype; NULL if
--                                the dtype is unknown
-- element_count  BIGINT   count  number of elements of inputs, weights and output
-- reason         VARCHAR  -      why FLOPs are unknown or omitted
-- bytes_reason   VARCHAR  -      why bytes are unknown although FLOPs are known
--
-- A range that contains a range with FLOPs has no FLOPs of its own, so that sums include each product only once.
WITH told AS (
    SELECT t.range_id, t.form, t.module, f.name, f.shapes, f.dtype, f.flops, f.element_count, f.reason
    FROM shape__text AS t
    JOIN shape__flops AS f ON f.form = t.form AND f.op IS NOT DISTINCT FROM t.op AND f.body IS NOT DISTINCT FROM t.body
),
around AS (
    SELECT range_id
    FROM (
        SELECT t.range_id, r.end_ns, lead(r.start_ns) OVER (PARTITION BY r.thread_id ORDER BY r.opened) AS next_ns
        FROM told AS t JOIN _range AS r USING (range_id)
        WHERE t.flops IS NOT NULL AND r.end_ns > r.start_ns
    )
    WHERE next_ns < end_ns
)
SELECT t.range_id, t.form, t.module, t.name AS op, t.shapes, t.dtype,
    CASE WHEN a.range_id IS NULL THEN t.flops END AS flops,
    (CASE WHEN a.range_id IS NULL THEN t.element_count * element_bytes(t.dtype) END)::BIGINT AS bytes,
    CASE WHEN a.range_id IS NULL THEN t.element_count END AS element_count,
    CASE WHEN a.range_id IS NOT NULL THEN 'range inside is counted' ELSE t.reason END AS reason,
    CASE
        WHEN t.flops IS NULL OR a.range_id IS NOT NULL OR t.element_count * element_bytes(t.dtype) IS NOT NULL THEN NULL
        WHEN t.form <> 'pyprof' THEN 'text without a dtype'
        WHEN t.dtype IS NULL THEN 'factors of several dtypes'
        ELSE 'dtype of unknown size'
    END AS bytes_reason
FROM told AS t LEFT JOIN around AS a USING (range_id)

-- One row per layer and phase of the analytic model; unordered. Values are for one execution of the workload.
--
-- source: model
--
-- phase           VARCHAR  -      phase of the model: vision, prefill, decode ...
-- path            VARCHAR  -      path of the layer, with its instances folded: model.layers.[0-11].mlp
-- class           VARCHAR  -      qualified class name
-- count           BIGINT   count  number of instances of the layer
-- matrix_flops    DOUBLE   flops  FLOPs of matrix products and convolutions, 2 per multiply-add
-- accessed_bytes  DOUBLE   bytes  model bytes: each weight once per forward pass, each activation once per operation,
--                                 and KV cache reads
-- roofline_ns     DOUBLE   ns     max(matrix_flops / peak, accessed_bytes / bandwidth)
SELECT NULL::VARCHAR AS phase, NULL::VARCHAR AS path, NULL::VARCHAR AS class, NULL::BIGINT AS count,
    NULL::DOUBLE AS matrix_flops, NULL::DOUBLE AS accessed_bytes, NULL::DOUBLE AS roofline_ns
WHERE false

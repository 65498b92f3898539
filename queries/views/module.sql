-- One row per layer instance and phase of the analytic model; unordered. Values are this instance's share of the
-- layer's totals for one execution of the workload.
--
-- source: model
--
-- phase              VARCHAR  -      phase of the model
-- path               VARCHAR  -      qualified name of the module in the model's own code
-- transformers_path  VARCHAR  -      name of the module in transformers; empty if it has none
-- layer              VARCHAR  -      layer of which this is an instance (`path` in the `layer` table)
-- matrix_flops       DOUBLE   flops  share of the layer's matrix_flops
-- accessed_bytes     DOUBLE   bytes  share of the layer's accessed_bytes
-- roofline_ns        DOUBLE   ns     share of the layer's roofline_ns
SELECT NULL::VARCHAR AS phase, NULL::VARCHAR AS path, NULL::VARCHAR AS transformers_path, NULL::VARCHAR AS layer,
    NULL::DOUBLE AS matrix_flops, NULL::DOUBLE AS accessed_bytes, NULL::DOUBLE AS roofline_ns
WHERE false

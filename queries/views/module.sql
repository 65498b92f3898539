-- One row per instance of a layer of the analytic model, and phase, for one execution of the workload: its share of the
-- layer's figures; unordered.
--
-- source: model
--
-- phase              VARCHAR  -      phase of the model
-- path               VARCHAR  -      qualified name of the module in the model's own code
-- transformers_path  VARCHAR  -      its name in transformers; empty if it has none
-- layer              VARCHAR  -      the layer that it is an instance of (path in table layer)
-- matrix_flops       DOUBLE   flops  as in layer
-- accessed_bytes        DOUBLE   bytes  as in layer
-- roofline_ns        DOUBLE   ns     as in layer
SELECT NULL::VARCHAR AS phase, NULL::VARCHAR AS path, NULL::VARCHAR AS transformers_path, NULL::VARCHAR AS layer,
    NULL::DOUBLE AS matrix_flops, NULL::DOUBLE AS accessed_bytes, NULL::DOUBLE AS roofline_ns
WHERE false

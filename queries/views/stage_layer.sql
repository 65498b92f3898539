-- One row per stage and layer of the model that it runs; unordered.
--
-- source: model
--
-- stage            VARCHAR  -      name of the stage
-- phase            VARCHAR  -      phase of the model that the stage is, or is a part of
-- path             VARCHAR  -      the layer
-- execution_count  BIGINT   count  executions of the workload in the trace
-- is_owner         BOOLEAN  -      of the stages that run the layer, the innermost: exclusive figures count it there
SELECT NULL::VARCHAR AS stage, NULL::VARCHAR AS phase, NULL::VARCHAR AS path, NULL::BIGINT AS execution_count,
    NULL::BOOLEAN AS is_owner
WHERE false

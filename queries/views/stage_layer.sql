-- One row per stage and layer of the model that it runs; unordered.
--
-- source: model
--
-- stage            VARCHAR  -      name of the stage
-- phase            VARCHAR  -      phase of the model that the stage represents or is part of
-- path             VARCHAR  -      the layer
-- execution_count  BIGINT   count  executions of the workload in the trace
-- is_owner         BOOLEAN  -      the stage is the innermost of those that run the layer; exclusive figures count the
--                                  layer there
SELECT NULL::VARCHAR AS stage, NULL::VARCHAR AS phase, NULL::VARCHAR AS path, NULL::BIGINT AS execution_count,
    NULL::BOOLEAN AS is_owner
WHERE false

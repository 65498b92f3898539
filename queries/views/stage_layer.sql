-- One row per stage and layer of the model that it runs; empty without --model. A session table.
--
-- stage            VARCHAR  -      name of the stage
-- phase            VARCHAR  -      phase of the model that the stage is, or is a part of
-- path             VARCHAR  -      the layer
-- execution_count  BIGINT   count  executions of the workload in the trace
SELECT NULL::VARCHAR AS stage, NULL::VARCHAR AS phase, NULL::VARCHAR AS path, NULL::BIGINT AS execution_count
WHERE false

-- One row per stage and layer of the analytic model that the stage runs; unordered.
--
-- source: model
--
-- stage            VARCHAR  -      name of the stage
-- phase            VARCHAR  -      phase of the model that the stage represents or is part of
-- path             VARCHAR  -      path of the layer
-- execution_count  BIGINT   count  number of times that the workload was executed in the trace
-- is_owner         BOOLEAN  -      whether this is the innermost stage that runs the layer; exclusive totals include
--                                  the layer in this stage only
SELECT NULL::VARCHAR AS stage, NULL::VARCHAR AS phase, NULL::VARCHAR AS path, NULL::BIGINT AS execution_count,
    NULL::BOOLEAN AS is_owner
WHERE false

-- One row per stage that the stages file gives a role, in its order; empty without a stages file.
--
-- source: stages
--
-- stage  VARCHAR  -  name of the stage
-- role   VARCHAR  -  request: an instance is one request, from its input to its last token; step: one decode step
-- phase  VARCHAR  -  phase of the analytic model that the stage is; its name where the file gives none
SELECT NULL::VARCHAR AS stage, NULL::VARCHAR AS role, NULL::VARCHAR AS phase WHERE false

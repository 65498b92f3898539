-- One row per stage that the stages file gives a role, in its order; empty without a stages file.
--
-- source: stages
--
-- stage  VARCHAR  -  name of the stage
-- role   VARCHAR  -  request: an instance is one request, from its input to its last token; step: one decode step
SELECT NULL::VARCHAR AS stage, NULL::VARCHAR AS role WHERE false

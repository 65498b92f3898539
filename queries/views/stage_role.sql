-- One row per stage with a role in the stages file, in file order. The table is empty if there is no stages file.
--
-- source: stages
--
-- stage  VARCHAR  -  name of the stage
-- role   VARCHAR  -  request (each instance is one request, from its input to its last token) or step (each instance
--                    is one decode step)
-- phase  VARCHAR  -  phase of the analytic model that the stage represents; the stage name if the stages file does not
--                    specify one
SELECT NULL::VARCHAR AS stage, NULL::VARCHAR AS role, NULL::VARCHAR AS phase WHERE false

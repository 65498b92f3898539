-- One row per setting that a command passes to the queries, in addition to the trace.
--
-- source: command
--
-- name   VARCHAR  -  name of the setting
-- value  VARCHAR  -  its value
SELECT NULL::VARCHAR AS name, NULL::VARCHAR AS value WHERE false

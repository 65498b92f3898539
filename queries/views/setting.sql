-- One row per setting that a command passes to queries.
--
-- source: command
--
-- name   VARCHAR  -  name of the setting
-- value  VARCHAR  -  value of the setting
SELECT NULL::VARCHAR AS name, NULL::VARCHAR AS value WHERE false

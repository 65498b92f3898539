-- One row per setting of the command that asks: what queries are told besides the trace.
--
-- source: command
--
-- name   VARCHAR  -  the setting
-- value  VARCHAR  -  its value
SELECT NULL::VARCHAR AS name, NULL::VARCHAR AS value WHERE false

-- One row per stretch of time that an export is cut to; ordered by start_ns. Empty: all of the trace.
--
-- source: command
--
-- start_ns  BIGINT  ns  begin
-- end_ns    BIGINT  ns  end; stretches do not touch each other
SELECT NULL::BIGINT AS start_ns, NULL::BIGINT AS end_ns WHERE false

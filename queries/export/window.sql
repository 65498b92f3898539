-- One row per time window that an export is limited to, ordered by start_ns. Empty if the whole trace is exported.
--
-- source: command
--
-- start_ns  BIGINT  ns  start of the window
-- end_ns    BIGINT  ns  end of the window; windows do not touch or overlap
SELECT NULL::BIGINT AS start_ns, NULL::BIGINT AS end_ns WHERE false

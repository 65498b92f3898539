-- One row per time window that the export is limited to, ordered by start_ns. The table is empty if the whole trace is
-- exported.
--
-- source: command
--
-- start_ns  BIGINT  ns  start of the window
-- end_ns    BIGINT  ns  end of the window; windows neither touch nor overlap
SELECT NULL::BIGINT AS start_ns, NULL::BIGINT AS end_ns WHERE false

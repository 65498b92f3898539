-- One row that defines how steps are identified in this session. The --steps option overrides it with a session table
-- of the same name.
--
-- choice      VARCHAR  -  auto, none, or pattern
-- expression  VARCHAR  -  for pattern, the regular expression that matches the whole rolled-up path of a range;
--                         otherwise NULL
SELECT 'auto' AS choice, NULL::VARCHAR AS expression

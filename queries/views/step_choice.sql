-- One row: how steps are found in this session. A session table with this name overrides it (--steps option).
--
-- choice      VARCHAR  -  auto, none, or pattern
-- expression  VARCHAR  -  for pattern, the regular expression that matches the whole rolled-up path of a range;
--                         otherwise NULL
SELECT 'auto' AS choice, NULL::VARCHAR AS expression

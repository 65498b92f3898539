-- One row: how steps are found in this session. A session table of this name overrides it (option --steps).
--
-- choice      VARCHAR  -  auto, none, or pattern
-- expression  VARCHAR  -  for a pattern: regular expression for the whole rolled-up path of a range; else NULL
SELECT 'auto' AS choice, NULL::VARCHAR AS expression

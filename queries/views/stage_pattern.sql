-- One row per pattern in the stages file, in file order. The table is empty if there is no stages file.
--
-- source: stages
--
-- position    INTEGER  -  position of the pattern; the first pattern that matches a range determines its stage
-- stage       VARCHAR  -  name of the stage
-- expression  VARCHAR  -  regular expression that matches the whole rolled-up path of a range
SELECT NULL::INTEGER AS position, NULL::VARCHAR AS stage, NULL::VARCHAR AS expression WHERE false

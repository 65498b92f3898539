-- One row per pattern of the stages file, in its order; empty without one.
--
-- source: stages
--
-- position    INTEGER  -  order; the first pattern that matches a range names its stage
-- stage       VARCHAR  -  name of the stage
-- expression  VARCHAR  -  regular expression for the whole rolled-up path of a range
SELECT NULL::INTEGER AS position, NULL::VARCHAR AS stage, NULL::VARCHAR AS expression WHERE false

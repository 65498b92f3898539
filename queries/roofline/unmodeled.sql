-- One row per module that has ranges and whose name differs from a module of the model only in an index that the model
-- does not have, ordered by name. Such a row means that the model or its size differs from the traced one.
--
-- name   VARCHAR  -  module name as in its ranges
-- known  VARCHAR  -  the matching module of the model; if there are several, the last one by name
WITH known AS (SELECT DISTINCT name, regexp_replace(name || '.', '\.[0-9]+\.', '.*.', 'g') AS shape FROM roofline__spelling),
recorded AS (SELECT DISTINCT name, regexp_replace(name || '.', '\.[0-9]+\.', '.*.', 'g') AS shape FROM _range_name)
SELECT r.name, max(k.name) AS known
FROM recorded AS r
JOIN known AS k USING (shape)
GROUP BY r.name
HAVING count(*) FILTER (k.name = r.name) = 0
ORDER BY r.name

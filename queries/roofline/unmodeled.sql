-- One row per module that has ranges and is like one of the model, but for an index that the model has not; ordered by
-- name. It says that the model, or its size, is another than what was traced.
--
-- name   VARCHAR  -  the module as its ranges name it
-- known  VARCHAR  -  the last of the model's modules that it is like, by name
WITH known AS (SELECT DISTINCT name, regexp_replace(name || '.', '\.[0-9]+\.', '.*.', 'g') AS shape FROM roofline__spelling),
recorded AS (SELECT DISTINCT name, regexp_replace(name || '.', '\.[0-9]+\.', '.*.', 'g') AS shape FROM _range_name)
SELECT r.name, max(k.name) AS known
FROM recorded AS r
JOIN known AS k USING (shape)
GROUP BY r.name
HAVING count(*) FILTER (k.name = r.name) = 0
ORDER BY r.name

-- One row per module in the trace that is missing from the analytic model, although the model has a module whose name
-- differs only in an index, ordered by name. Such a row means that the traced model, or its size, differs from the
-- analytic model.
--
-- name   VARCHAR  -  module name as recorded in its ranges
-- known  VARCHAR  -  matching module of the analytic model; if there are several, the last one by name
WITH known AS (SELECT DISTINCT name, regexp_replace(name || '.', '\.[0-9]+\.', '.*.', 'g') AS shape FROM roofline__spelling),
recorded AS (SELECT DISTINCT name, regexp_replace(name || '.', '\.[0-9]+\.', '.*.', 'g') AS shape FROM _range_name)
SELECT r.name, max(k.name) AS known
FROM recorded AS r
JOIN known AS k USING (shape)
GROUP BY r.name
HAVING count(*) FILTER (k.name = r.name) = 0
ORDER BY r.name

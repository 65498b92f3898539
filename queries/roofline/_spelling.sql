-- One row per instance of a model layer and name that ranges may use for it or for a module around it. The names are
-- those in the model's own code, in transformers, or in predictions. In predictions, repeated modules inside the
-- outermost one are folded (model.layers.3.mlp.experts.[0-63]). depth is the number of parts in the name.
WITH named AS (
    SELECT phase, path, path AS name FROM module
    UNION
    SELECT phase, path, transformers_path FROM module WHERE transformers_path <> ''
    UNION
    SELECT phase, path,
        regexp_extract(layer, '^([^\[]*)\[', 1)
        || regexp_extract(substr(path, length(regexp_extract(layer, '^([^\[]*)\[', 1)) + 1), '^[0-9]+')
        || regexp_extract(layer, '^[^\[]*\[[^\]]*\](.*)$', 1)
    FROM module WHERE layer LIKE '%[%[%'
),
split AS (SELECT phase, path, string_split(name, '.') AS parts FROM named)
SELECT DISTINCT phase, path, array_to_string(parts[1:depth], '.') AS name, depth
FROM (SELECT phase, path, parts, unnest(range(1, len(parts) + 1)) AS depth FROM split)

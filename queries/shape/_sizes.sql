-- One row per distinct string in shape__text, with the operation, its tensor sizes, and their dtype if the string
-- contains it.
--
-- windows contains the stride, padding and dilation of a convolution, with one number per dimension. reason states why
-- FLOPs are unknown.
WITH read AS (
    SELECT form, op, body,
        CASE WHEN form <> 'operator' THEN python_json(body) END AS j,
        -- Convert to a list, so that each argument can be examined.
        (CASE WHEN form = 'pyprof' THEN j END)->'$.args[*]' AS arguments
    FROM (SELECT DISTINCT form, op, body FROM shape__text)
),
hooked AS (
    SELECT form, op, body, json_keys(j, '$.TrainableParams') AS parameters,
        sizes_of((j->'$.Inputs')::VARCHAR) AS inputs,
        sizes_of('[' || (j->>'$.TrainableParams.weight') || ']')[1] AS weight,
        sizes_of('[' || (j->>'$.TrainableParams.bias') || ']') AS bias,
        CASE
            WHEN j IS NULL THEN 'unreadable text'
            WHEN (j->'$.Inputs') IS NULL AND (j->'$.Outputs') IS NOT NULL THEN 'marker of layer outputs'
            WHEN coalesce(len(parameters), 0) = 0 AND op = 'attention' THEN 'attention without a KV length'
            WHEN coalesce(len(parameters), 0) = 0 THEN 'layer without its own weights'
            WHEN regexp_matches(array_to_string(parameters, ' '), 'w13|w2_|w1_|experts') THEN 'fused experts'
            WHEN regexp_matches(array_to_string(parameters, ' '), 'scale|zero|packed|qweight|g_idx|workspace')
                THEN 'quantized weight, which may be packed'
            WHEN weight IS NULL THEN 'layer without a readable weight'
            WHEN len(weight) = 1 THEN 'one-dimensional weight'
            WHEN len(weight) <> 2 THEN 'weight with more than two dimensions'
            WHEN op = 'embedding' THEN 'embedding'
            WHEN inputs IS NULL OR len(inputs) = 0 THEN 'layer without readable inputs'
            -- Token IDs also have one dimension, so a one-dimensional input does not imply a matrix product.
            WHEN len(inputs[1]) < 2 THEN 'one-dimensional input'
        END AS reason
    FROM read WHERE form = 'layer'
),
wrapped AS (
    SELECT form, body, j, j->>'$.op' AS op, arguments,
        list_filter(arguments, lambda a: (a->'$.shape') IS NOT NULL) AS tensors,
        list_distinct(list_transform(tensors[:2], lambda a: a->>'$.dtype')) AS dtypes
    FROM read WHERE form = 'pyprof'
),
windowed AS (
    SELECT *,
        sizes_of(to_json(list_transform(tensors, lambda a: a->'$.shape'))::VARCHAR) AS sizes,
        -- The convolution's arguments after input, weight and bias, by name or position.
        list_transform(['stride', 'padding', 'dilation'], lambda word, i: coalesce(
            list_filter(arguments, lambda a: (a->>'$.name') = word)[1],
            list_filter([arguments[3 + i]], lambda a: (a->>'$.name') = '')[1]
        )->>'$.value') AS windows
    FROM wrapped
)
SELECT form, op, body, op AS name, sizes_of(body) AS sizes, NULL::VARCHAR AS dtype, NULL::BIGINT[][] AS windows,
    CASE WHEN sizes IS NULL THEN 'unreadable text' END AS reason
FROM read WHERE form = 'operator'
UNION ALL
SELECT form, op, body, CASE WHEN reason IS NULL THEN 'linear' ELSE op END,
    list_filter([inputs[1], weight], lambda s: s IS NOT NULL) || coalesce(bias, []), NULL, NULL, reason
FROM hooked
UNION ALL
SELECT form, NULL, body, op, sizes, CASE WHEN len(dtypes) = 1 THEN dtypes[1] END,
    list_transform(windows, lambda w: CASE
        -- An integer applies to every dimension.
        WHEN regexp_full_match(w, '[0-9]{1,9}') THEN list_transform(sizes[1][3:], lambda _: w::BIGINT)
        ELSE sizes_of('[' || w || ']')[1] END),
    CASE WHEN j IS NULL OR sizes IS NULL THEN 'unreadable text' END
FROM windowed

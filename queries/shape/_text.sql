-- One row per NVTX range whose name contains tensor sizes, with the tool that wrote it and the part with the sizes.
-- materialized: it processes the name of every range; two queries read it.
--
-- form is layer for a dict written by the hooks of vLLM, SGLang or TensorRT-LLM, operator for a PyTorch operator with
-- sizes, and pyprof for a PyProf dict. The body of a layer is its dict without the module name, so that all modules
-- with the same shapes have the same body.
WITH written AS (
    SELECT range_id, name,
        CASE
            WHEN starts_with(name, '{''Module'': ') THEN 'layer'
            WHEN starts_with(name, '{''mod'': ') AND contains(name, '''args'': ') THEN 'pyprof'
            WHEN contains(name, ', sizes = ') THEN 'operator'
        END AS form
    FROM _range_text
),
cut AS (
    SELECT range_id, form,
        CASE WHEN form = 'layer' THEN regexp_extract(name,
            '^\{''Module'': (?:''((?:[^''\\]|\\.)*)''|"((?:[^"\\]|\\.)*)")(?:, )?(.*)$', ['single', 'double', 'rest'], 's')
        END AS dict,
        name
    FROM written
    WHERE form IS NOT NULL
)
SELECT range_id, form,
    nullif(dict.single || dict.double, '') AS module,
    CASE form
        WHEN 'layer' THEN CASE
            WHEN regexp_matches(module, '(^|\.)(wte|wpe|[^.]*embed[^.]*)$') AND NOT regexp_matches(module, '(^|\.)embed_out$')
                THEN 'embedding'
            WHEN regexp_matches(module, '(attn|attention)$') THEN 'attention'
            ELSE 'layer'
        END
        WHEN 'operator' THEN regexp_extract(name, '^(.*?), (?:seq|op_id|sizes) = ', 1, 's')
    END AS op,
    CASE form
        WHEN 'layer' THEN '{' || dict.rest
        WHEN 'operator' THEN regexp_extract(name, ', sizes = (.*?)(?:, input_op_ids = .*)?$', 1, 's')
        ELSE name
    END AS body
FROM cut

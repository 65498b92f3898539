-- One row per distinct string in shape__text, with the FLOPs and element count of its operation, or the reason they are
-- unknown.
--
-- FLOPs are 2 per multiply-add: 2 x output elements x products summed per output element. For attention, all pairs of
-- positions are included (full attention). DOUBLE is exact here, because values of 2^53 or more are rejected.
WITH formed AS (
    SELECT *,
        CASE
            WHEN reason IS NOT NULL OR (form = 'operator' AND NOT starts_with(name, 'aten::')) THEN NULL
            WHEN name IN ('aten::mm', 'aten::_scaled_mm', 'mm') THEN 'mm'
            WHEN name IN ('aten::addmm', 'addmm') THEN 'addmm'
            WHEN name IN ('aten::bmm', 'bmm') THEN 'bmm'
            WHEN name IN ('aten::baddbmm', 'baddbmm') THEN 'baddbmm'
            WHEN name = 'linear' THEN 'linear'
            WHEN name IN ('aten::scaled_dot_product_attention', 'scaled_dot_product_attention') THEN 'attention'
            WHEN name IN ('conv1d', 'conv2d', 'conv3d') THEN 'convolution'
        END AS kind,
        -- The two operands of the product; for addmm and baddbmm, the addend precedes them.
        CASE WHEN kind IN ('addmm', 'baddbmm') THEN sizes[2] ELSE sizes[1] END AS a,
        CASE WHEN kind IN ('addmm', 'baddbmm') THEN sizes[3] ELSE sizes[2] END AS b,
        sizes[3] AS c,
        list_transform(b[3:], lambda size, i:
            floor((a[2 + i]::DOUBLE + 2 * windows[2][i] - windows[3][i]::DOUBLE * (size - 1) - 1) / windows[1][i]) + 1
        ) AS places
    FROM shape__sizes
),
checked AS (
    SELECT *,
        CASE
            WHEN reason IS NOT NULL THEN reason
            WHEN kind IS NULL AND regexp_matches(name, '^(aten::)?_?(linear|matmul|__matmul__|einsum|multi_head_attention_forward)$')
                THEN 'operator that calls counted operators'
            WHEN kind IS NULL AND contains(name, 'conv') THEN 'convolution without stride and padding'
            WHEN kind IS NULL THEN 'operator without a formula'
            WHEN list_min(flatten(sizes)) < 0 THEN 'negative size'
            WHEN kind = 'convolution' AND NOT coalesce(list_min(windows[1]) > 0
                AND len(list_filter(windows, lambda w: len(w) = len(a) - 2)) = 3, false)
                THEN 'convolution without stride and padding'
            WHEN NOT coalesce(CASE kind
                WHEN 'linear' THEN len(a) >= 2 AND len(b) = 2 AND a[-1] = b[2]
                WHEN 'mm' THEN len(a) = 2 AND len(b) = 2 AND a[2] = b[1]
                WHEN 'addmm' THEN len(a) = 2 AND len(b) = 2 AND a[2] = b[1]
                WHEN 'attention' THEN len(a) >= 3 AND len(b) = len(a) AND len(c) = len(a) AND a[-1] = b[-1]
                    AND b[-2] = c[-2] AND a[1] = b[1] AND b[1] = c[1]
                WHEN 'convolution' THEN len(a) = len(b) AND len(a) >= 3 AND b[2] > 0 AND a[2] % b[2] = 0
                    AND list_min(places) > 0
                ELSE len(a) = 3 AND len(b) = 3 AND a[1] = b[1] AND a[3] = b[2]
            END, false) THEN CASE kind WHEN 'linear' THEN 'weight does not match the input'
                ELSE 'sizes do not match the operator' END
        END AS why,
        -- Number of output elements, and number of products summed per output element.
        CASE kind
            WHEN 'linear' THEN product_of(a[:-2]) * b[1]
            WHEN 'attention' THEN product_of(a[:-2]) * c[-1]
            WHEN 'convolution' THEN a[1]::DOUBLE * b[1] * product_of(places)
            ELSE product_of(a[:-2]) * b[-1]
        END AS output_count,
        CASE kind
            WHEN 'attention' THEN 2 * product_of(a[:-2]) * b[-2] * (a[-1] + c[-1])
            WHEN 'convolution' THEN 2 * output_count * product_of(b[2:])
            ELSE 2 * output_count * a[-1]
        END AS all_flops,
        list_sum(list_transform(list_filter(sizes, lambda s: len(s) > 0), lambda s: product_of(s))) + output_count AS all_count
    FROM formed
)
SELECT form, op, body, name, sizes::VARCHAR AS shapes, dtype,
    CASE WHEN why IS NULL AND all_flops < 9007199254740992 THEN all_flops::BIGINT END AS flops,
    CASE WHEN flops IS NOT NULL AND all_count < 9007199254740992 THEN all_count::BIGINT END AS element_count,
    CASE WHEN flops IS NULL THEN coalesce(why, '2^53 FLOPs or more') END AS reason
FROM checked

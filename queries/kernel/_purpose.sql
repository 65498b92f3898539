-- One row per purpose (layout conversion, tensor copy, or dequantization) and kernel name that indicates this purpose.
SELECT p.purpose, s.name_id, sum(s.instance_count)::BIGINT AS instance_count, sum(s.sum_ns)::BIGINT AS sum_ns
FROM kernel__shape AS s
JOIN _string_kernel AS n ON n.id = s.name_id
-- The expressions are constants because DuckDB would compile an expression from a table once per name.
JOIN (VALUES ('layout conversion'), ('tensor copy'), ('dequantization')) AS p (purpose) ON CASE p.purpose
    WHEN 'layout conversion' THEN
        regexp_matches(n.value, 'nchwTo|nhwcTo|ToNchw|ToNhwc|transpose|permute|im2col|col2im|convertTensor', 'i')
    WHEN 'tensor copy' THEN
        regexp_matches(n.value, 'copy_kernel|CatArray|autocast_to|contiguous_kernel|cast_kernel|convert_fp', 'i')
    WHEN 'dequantization' THEN regexp_matches(
        n.value,
        'dequant|unpack_?(int|weight)|(awq|gptq|int4|fp4|nf4|mxfp4).*(decode|unpack|expand)|kgemm_4bit', 'i'
    )
END
-- A matrix multiplication kernel that reads quantized or transposed operands directly also does other work.
WHERE s.class NOT IN ('gemm', 'gemv', 'attention')
GROUP BY ALL

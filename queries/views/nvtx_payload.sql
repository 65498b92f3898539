-- One row per field in the payload of an NVTX event, decoded with the schema that the program registered; unordered.
-- nsys 2025 and later export payloads with --include-blobs=true.
--
-- source: trace
--
-- range_id  BIGINT   -  key of the range or mark
-- position  BIGINT   -  position of the field in the schema, starting at 0
-- field     VARCHAR  -  field name, such as Message size [bytes]
-- value     VARCHAR  -  decimal number, or the enumerator name if the field is an enumeration
SELECT NULL::BIGINT AS range_id, NULL::BIGINT AS position, NULL::VARCHAR AS field, NULL::VARCHAR AS value WHERE false

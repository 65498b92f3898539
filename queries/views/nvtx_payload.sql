-- One row per field of the payload of an NVTX event, decoded with the schema that the program registered; unordered.
-- nsys exports payloads from 2025 on, with --include-blobs=true.
--
-- source: trace
--
-- range_id  BIGINT   -  the range, or the row of a mark
-- position  BIGINT   -  place of the field in the schema, from 0
-- field     VARCHAR  -  name of the field, such as Message size [bytes]
-- value     VARCHAR  -  its value: a number in decimal digits, or the name that an enumeration gives to it
SELECT NULL::BIGINT AS range_id, NULL::BIGINT AS position, NULL::VARCHAR AS field, NULL::VARCHAR AS value WHERE false

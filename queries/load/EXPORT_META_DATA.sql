-- Only entries that identify the version of nsys that wrote the trace. Values are reduced to digits and dots.
SELECT rowid AS row_id, name, regexp_extract(value, '^[0-9]+(\.[0-9]+)*') AS value
FROM raw.EXPORT_META_DATA
WHERE name IN ('EXPORT_PRODUCT_VERSION', 'EXPORT_SCHEMA_VERSION', 'PRODUCT_VERSION', 'SCHEMA_VERSION')

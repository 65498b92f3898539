-- Only entries that say which version wrote the trace, and of those only digits and dots.
SELECT rowid AS row_id, name, regexp_extract(value, '^[0-9]+(\.[0-9]+)*') AS value
FROM raw.META_DATA_EXPORT
WHERE name IN ('EXPORT_PRODUCT_VERSION', 'EXPORT_SCHEMA_VERSION')

-- Only entries that identify the program that wrote the trace: versions, reduced to digits and dots, and known origins.
SELECT rowid AS row_id, name,
    CASE WHEN name = 'NSYS_TOOLS_ORIGIN' THEN regexp_extract(value, '^(synthetic|predicted)$')
        ELSE regexp_extract(value, '^[0-9]+(\.[0-9]+)*') END AS value
FROM raw.META_DATA_EXPORT
WHERE name IN ('EXPORT_PRODUCT_VERSION', 'EXPORT_SCHEMA_VERSION', 'NSYS_TOOLS_ORIGIN')

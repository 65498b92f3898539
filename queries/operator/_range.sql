-- One row per range that is a framework operator: its name contains PyTorch's instance data or is a C++-style name.
SELECT range_id, label
FROM _range_name
WHERE regexp_matches(name, ',\s*(op_id|seq|sizes)\s*=') OR regexp_matches(name, '^[a-z_0-9]+::[A-Za-z_0-9.]+')

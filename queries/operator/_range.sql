-- One row per range that is a framework operator: its name contains PyTorch's instance data or is a C++-style name.
SELECT range_id, label FROM _range_name WHERE is_operator

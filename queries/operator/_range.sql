-- One row per range that is a framework operator: it carries PyTorch's instance data, or has a C++-style name.
SELECT range_id, label FROM _range_name WHERE is_operator

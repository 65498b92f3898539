-- One row per range of a framework operator. The name of such a range contains PyTorch's instance data or is a
-- C++-style name.
SELECT range_id, label FROM _range_name WHERE is_operator

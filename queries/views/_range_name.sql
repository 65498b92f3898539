-- One row per NVTX range, with its name, its label (the rolled-up name), and whether it is a framework operator.
-- materialized: it processes the name of every range, and all range queries read it.
--
-- The roll-up rules are, in order:
-- (1) PyTorch's instance data is removed: everything from ", seq =", ", op_id =", ", sizes =" or ", input_op_ids =" to
-- the end of the name.
-- (2) Addresses 0x... become 0x*.
-- (3) A number between separators (. _ space / : # = - brackets, or the start or end of the name) becomes *. For
-- example, layer.4 and step 12 become layer.* and step *.
-- (4) White space is collapsed.
-- (5) Names longer than 160 characters are truncated and end in "...".
--
-- An operator's name contains PyTorch's instance data or is a C++-style name. label_id identifies a label. An operator
-- has a different label_id than a range with the same label that is not an operator.
WITH stripped AS (
    SELECT range_id, name,
        CASE WHEN contains(name, ', ')
            THEN regexp_replace(name, ',\s*(seq|op_id|sizes|input_op_ids)\s*=.*$', '', 's') ELSE name END AS short
    FROM _range_text
),
folded AS (SELECT short, rolled_up(short) AS folded FROM (SELECT DISTINCT short FROM stripped)),
label AS (
    SELECT short, CASE WHEN length(folded) > 160 THEN left(folded, 157) || '...' WHEN folded = '' THEN '(no name)' ELSE folded END
            AS label,
        regexp_matches(short, '^[a-z_0-9]+::[A-Za-z_0-9.]+') AS is_operator
    FROM folded
),
numbered AS (
    SELECT short, {'label': label, 'number': dense_rank() OVER (ORDER BY label), 'is_operator': is_operator} AS label FROM label
),
-- A subquery, because a join could build its hash table from the ranges (see _range_place).
named AS (
    SELECT range_id, name, (SELECT n.label FROM numbered AS n WHERE n.short = s.short) AS label,
        contains(name, ',') AND regexp_matches(name, ',\s*(op_id|seq|sizes)\s*=') AS is_recorded
    FROM stripped AS s
)
SELECT range_id, name, label.label AS label, is_recorded OR label.is_operator AS is_operator,
    2 * label.number + (is_recorded OR label.is_operator)::BIGINT AS label_id
FROM named

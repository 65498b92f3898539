-- One row per NVTX range: its name and its label, which is the rolled-up name.
-- materialized: processes the text of every range; all figures of ranges read it.
--
-- Roll-up rules, in order: (1) PyTorch's instance data is removed: everything from ", seq =", ", op_id =", ", sizes ="
-- or ", input_op_ids =" on; (2) addresses 0x... become 0x*; (3) a number that stands alone between separators (. _
-- space / : # = - brackets, or the ends) becomes *, so that layer.4 and step 12 become layer.* and step *; (4) white
-- space is collapsed; (5) names longer than 160 characters are cut and end in "...".
WITH stripped AS (
    SELECT range_id, name,
        CASE WHEN contains(name, ', ')
            THEN regexp_replace(name, ',\s*(seq|op_id|sizes|input_op_ids)\s*=.*$', '', 's') ELSE name END AS short
    FROM _range_text
),
label AS (SELECT short, rolled_up(short) AS folded FROM (SELECT DISTINCT short FROM stripped))
SELECT
    s.range_id, s.name,
    CASE WHEN length(folded) > 160 THEN left(folded, 157) || '...' WHEN folded = '' THEN '(no name)' ELSE folded END
        AS label
FROM stripped AS s JOIN label AS l USING (short)

-- One row per form in which frameworks name their steps, from the assets analytic/steps/*.toml: who writes such names, a
-- text that each of them contains, and the regular expression for the whole name. fields has a regular expression with
-- one group for each figure in the name, phases the phase for each word of the field phase. All write a number as \d+.
-- Of several that match a name the one with the least position counts.
SELECT row_number() OVER (ORDER BY kind DESC, source) AS position, source, kind, "contains" AS part,
    "match" AS expression, fields, coalesce(phases, MAP {}) AS phases, link
FROM (
    SELECT unnest(from_json('{toml:analytic/steps/*.toml}', '[{
        "source": "VARCHAR", "kind": "VARCHAR", "contains": "VARCHAR", "match": "VARCHAR",
        "fields": "MAP(VARCHAR, VARCHAR)", "phases": "MAP(VARCHAR, VARCHAR)", "link": "VARCHAR"
    }]'), recursive := true)
)
ORDER BY source

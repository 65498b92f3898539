-- One row per naming scheme that frameworks use for their steps, from the assets analytic/steps/*.toml. The columns
-- contain the framework that uses the scheme, a string that every name contains, and the regular expression for the
-- whole name. fields contains a regular expression with one group for each value in the name. phases maps each word in
-- the phase field to a phase. All expressions match numbers with \d+. If several schemes match a name, the one with the
-- lowest position applies.
SELECT row_number() OVER (ORDER BY kind DESC, source) AS position, source, kind, "contains" AS part,
    "match" AS expression, fields, coalesce(phases, MAP {}) AS phases, link
FROM (
    SELECT unnest(from_json('{toml:analytic/steps/*.toml}', '[{
        "source": "VARCHAR", "kind": "VARCHAR", "contains": "VARCHAR", "match": "VARCHAR",
        "fields": "MAP(VARCHAR, VARCHAR)", "phases": "MAP(VARCHAR, VARCHAR)", "link": "VARCHAR"
    }]'), recursive := true)
)
ORDER BY source

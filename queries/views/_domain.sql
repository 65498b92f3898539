-- One row per process and named NVTX domain; domain 0 has no name.
SELECT e.globalTid & -16777216 AS process_id, e.domainId AS domain_id,
    arg_min(coalesce(e.text, s.value), e.start) AS name
FROM loaded.NVTX_EVENTS AS e
LEFT JOIN _string_range AS s ON s.id = e.textId
WHERE e.eventType = 75
GROUP BY ALL

-- One row per API function that allocates memory or loads code, and is called after the run has settled: from the second
-- step on, or without steps in the second half of the time of the GPUs. The time at stake is at most the idle time from then on.
WITH settled AS (
    SELECT coalesce(
        (SELECT min(start_ns) FROM (
            SELECT start_ns FROM step QUALIFY row_number() OVER (PARTITION BY process_id, gpu_id ORDER BY start_ns) = 2
        )),
        (SELECT (min(start_ns) + max(end_ns)) // 2 FROM gpu__covered)
    ) AS from_ns, (SELECT max(end_ns) FROM gpu__covered) AS until_ns
),
idle AS (
    SELECT coalesce(sum(g.end_ns - greatest(g.start_ns, t.from_ns)), 0) AS ns
    FROM gap_list AS g, settled AS t WHERE g.end_ns > t.from_ns
)
SELECT k.kind, regexp_replace(s.value, '_v[0-9]{4,5}$', '') AS name, count(*) AS call_count,
    sum(c.duration_ns)::BIGINT AS cpu_ns, any_value(i.ns) AS idle_ns
FROM _api_call AS c
JOIN _string_call AS s ON s.id = c.name_id
JOIN (VALUES
    ('allocation', '^(cuda(Malloc|Free|HostAlloc|HostRegister)|cuMem(Alloc|Free|Create|Map|Unmap|AddressReserve))'),
    ('code', '^(cu(Module|Library)(Load|GetKernel|Unload)|cuLink|cuModuleGetFunction|nvrtc|nvPTXCompiler|nvJitLink)')
) AS k (kind, expression) ON regexp_matches(s.value, k.expression), settled AS t, idle AS i
WHERE c.start_ns >= t.from_ns AND c.end_ns <= t.until_ns
GROUP BY ALL

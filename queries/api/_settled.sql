-- One row per API function that allocates memory or loads code and is called after startup. Startup ends when the
-- second step begins or, if the trace has no steps, halfway through the time during which the GPUs run. The time at
-- stake is at most the idle time after startup.
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
),
-- Patterns are matched once per name. If the patterns came from a table, DuckDB would compile them for each of millions
-- of calls.
kind AS (
    SELECT id AS name_id, regexp_replace(value, '_v[0-9]{4,5}$', '') AS name, CASE
        WHEN regexp_matches(value, '^(cuda(Malloc|Free|HostAlloc|HostRegister)|cuMem(Alloc|Free|Create|Map|Unmap|AddressReserve))')
            THEN 'allocation'
        WHEN regexp_matches(
            value, '^(cu(Module|Library)(Load|GetKernel|Unload)|cuLink|cuModuleGetFunction|nvrtc|nvPTXCompiler|nvJitLink)')
            THEN 'code'
    END AS kind
    FROM _string_call
)
SELECT k.kind, k.name, count(*) AS call_count, sum(c.duration_ns)::BIGINT AS cpu_ns, any_value(i.ns) AS idle_ns
FROM _api_call AS c JOIN kind AS k USING (name_id), settled AS t, idle AS i
WHERE k.kind IS NOT NULL AND c.start_ns >= t.from_ns AND c.end_ns <= t.until_ns
GROUP BY ALL

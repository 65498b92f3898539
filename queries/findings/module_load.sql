-- One row at most: modules that are loaded or compiled after the run has settled: from the second step on, or without
-- steps in the second half of the time of the GPUs.
--
-- title: Modules loaded or compiled in steady state
-- sentence: {call_count} calls load or compile modules after the run has settled, {cpu_ns} on the CPU. Most of it is
--    {subject}.
-- advice: Warm up with all shapes before the recording, set `CUDA_MODULE_LOADING=EAGER`, and keep the caches of Triton,
--    Inductor and the driver.
-- plain: The program loads or compiles code for the GPU while it runs ({call_count!a}, {cpu_ns}). A warm-up run does
--    this beforehand.
-- certainty: possible
-- stake: idle
-- needs: calls
-- docs: https://docs.nvidia.com/cuda/cuda-c-programming-guide/index.html#lazy-loading
-- table: api_summary
--
-- at_stake_ns  BIGINT   ns     cpu_ns, at most the idle time of all GPUs from then on
-- subject      VARCHAR  -      the function with the most time
-- call_count   BIGINT   count  calls
-- cpu_ns       BIGINT   ns     their durations on the CPU
WITH settled AS (
    SELECT coalesce(
        (SELECT min(start_ns) FROM (
            SELECT start_ns FROM step QUALIFY row_number() OVER (PARTITION BY process_id, gpu_id ORDER BY start_ns) = 2
        )),
        (SELECT (min(start_ns) + max(end_ns)) // 2 FROM gpu__covered)
    ) AS from_ns
),
found AS (
    SELECT regexp_replace(s.value, '_v[0-9]{4,5}$', '') AS name, count(*) AS n, sum(c.duration_ns)::BIGINT AS cpu_ns
    FROM _api_call AS c JOIN _string_call AS s ON s.id = c.name_id, settled AS t
    WHERE regexp_matches(s.value, '^(cu(Module|Library)(Load|GetKernel|Unload)|cuLink|cuModuleGetFunction|nvrtc|nvPTXCompiler|nvJitLink)') AND c.start_ns >= t.from_ns
        AND c.end_ns <= (SELECT max(end_ns) FROM gpu__covered)
    GROUP BY 1
)
SELECT least(sum(cpu_ns), (
        SELECT coalesce(sum(g.end_ns - greatest(g.start_ns, t.from_ns)), 0)
        FROM gap_list AS g, settled AS t WHERE g.end_ns > t.from_ns
    ))::BIGINT AS at_stake_ns,
    arg_max(name, cpu_ns) AS subject, sum(n)::BIGINT AS call_count, sum(cpu_ns)::BIGINT AS cpu_ns
FROM found
HAVING count(*) > 0

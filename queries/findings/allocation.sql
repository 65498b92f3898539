-- One row at most: allocations of memory after the run has settled: from the second step on, or without steps in the
-- second half of the time of the GPUs.
--
-- title: Allocations in steady state
-- sentence: {call_count} calls allocate or free memory after the run has settled, {cpu_ns} on the CPU. Most of it is
--    {subject}.
-- advice: Allocate before the loop and reuse, or use a caching allocator (in PyTorch, `expandable_segments:True` and
--    fixed shapes avoid new segments).
-- plain: The program asks for memory again and again while it runs ({call_count!a}, {cpu_ns}). Memory can be kept
--    instead.
-- certainty: possible
-- stake: idle
-- needs: calls
-- docs: https://docs.pytorch.org/docs/stable/notes/cuda.html#memory-management
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
    WHERE regexp_matches(s.value, '^(cudaMalloc|cudaFree|cuMemAlloc|cuMemFree|cuMemCreate|cuMemMap|cuMemUnmap|cuMemAddressReserve|cudaHostAlloc|cudaHostRegister)') AND c.start_ns >= t.from_ns
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

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
SELECT least(sum(cpu_ns), max(idle_ns))::BIGINT AS at_stake_ns, arg_max(name, cpu_ns) AS subject,
    sum(call_count)::BIGINT AS call_count, sum(cpu_ns)::BIGINT AS cpu_ns
FROM api__settled
WHERE kind = 'allocation'
HAVING count(*) > 0

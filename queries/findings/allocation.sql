-- At most one row: memory allocations in steady state. Steady state starts with the second step or, without steps,
-- halfway through the GPU activity.
--
-- title: Allocations in steady state
-- sentence: {call_count} calls allocate or free memory in steady state and take {cpu_ns} on the CPU. {subject} takes
--    the most time.
-- advice: Allocate before the loop and reuse the memory, or use a caching allocator (in PyTorch,
--    `expandable_segments:True` and fixed shapes avoid new segments).
-- plain: The program repeatedly allocates memory while it runs ({call_count!a}, {cpu_ns} in total). It could allocate
--    the memory once and reuse it.
-- certainty: possible
-- stake: idle
-- needs: calls
-- docs: https://docs.pytorch.org/docs/stable/notes/cuda.html#memory-management
-- table: api_summary
--
-- at_stake_ns  BIGINT   ns     cpu_ns, capped at the idle time of all GPUs in steady state
-- subject      VARCHAR  -      function that takes the most time
-- call_count   BIGINT   count  number of calls
-- cpu_ns       BIGINT   ns     total duration of these calls on the CPU
SELECT least(sum(cpu_ns), max(idle_ns))::BIGINT AS at_stake_ns, arg_max(name, cpu_ns) AS subject,
    sum(call_count)::BIGINT AS call_count, sum(cpu_ns)::BIGINT AS cpu_ns
FROM api__settled
WHERE kind = 'allocation'
HAVING count(*) > 0

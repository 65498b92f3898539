-- At most one row: modules that are loaded or compiled in steady state. Steady state starts with the second step or,
-- without steps, halfway through the GPU activity.
--
-- title: Modules loaded or compiled in steady state
-- sentence: {call_count} calls load or compile modules in steady state and take {cpu_ns} on the CPU. {subject} takes
--    the most time.
-- advice: Warm up with all shapes before recording, set `CUDA_MODULE_LOADING=EAGER`, and reuse the Triton, Inductor and
--    driver caches.
-- plain: The program loads or compiles GPU code while it runs ({call_count!a}, {cpu_ns} in total). A warm-up run would
--    do this beforehand.
-- certainty: possible
-- stake: idle
-- needs: calls
-- docs: https://docs.nvidia.com/cuda/cuda-c-programming-guide/index.html#lazy-loading
-- table: api_summary
--
-- at_stake_ns  BIGINT   ns     cpu_ns, capped at the idle time of all GPUs in steady state
-- subject      VARCHAR  -      function that takes the most time
-- call_count   BIGINT   count  number of calls
-- cpu_ns       BIGINT   ns     total duration of these calls on the CPU
SELECT least(sum(cpu_ns), max(idle_ns))::BIGINT AS at_stake_ns, arg_max(name, cpu_ns) AS subject,
    sum(call_count)::BIGINT AS call_count, sum(cpu_ns)::BIGINT AS cpu_ns
FROM api__settled
WHERE kind = 'code'
HAVING count(*) > 0

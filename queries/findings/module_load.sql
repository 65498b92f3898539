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
SELECT least(sum(cpu_ns), max(idle_ns))::BIGINT AS at_stake_ns, arg_max(name, cpu_ns) AS subject,
    sum(call_count)::BIGINT AS call_count, sum(cpu_ns)::BIGINT AS cpu_ns
FROM api__settled
WHERE kind = 'code'
HAVING count(*) > 0

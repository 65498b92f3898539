-- At most one row: kernels that are shorter than the CPU time needed to launch a kernel.
--
-- title: Tiny kernels
-- sentence: {kernel_count} of {all_kernel_count} kernels ({share_ratio}) are shorter than {limit_ns}, which is about
--    the CPU time needed to launch a kernel. They take {sum_ns} in total.
-- advice: Fuse elementwise kernels (`torch.compile`, fused norms and activations), or capture them in a CUDA graph.
-- plain: Of the {all_kernel_count} jobs (kernels) that the GPU ran, {kernel_count} are so short that the CPU takes
--    at least as long to start one as the GPU takes to run it. They take {sum_ns} in total. Merge them, or start
--    many of them at once.
-- certainty: likely
-- stake: kernel
-- needs: kernels
-- docs: https://docs.nvidia.com/cuda/cuda-c-programming-guide/index.html#cuda-graphs
-- table: kernel_duration
--
-- at_stake_ns       BIGINT  ns     sum_ns
-- kernel_count      BIGINT  count  number of kernels shorter than limit_ns
-- all_kernel_count  BIGINT  count  total number of kernels
-- share_ratio       DOUBLE  ratio  kernel_count divided by all_kernel_count
-- limit_ns          DOUBLE  ns     upper bound of the kernel_duration bin nearest to 5 µs
-- sum_ns            BIGINT  ns     total duration of these kernels
SELECT coalesce(sum(sum_ns) FILTER (to_ns <= 5650), 0)::BIGINT AS at_stake_ns,
    coalesce(sum(kernel_count) FILTER (to_ns <= 5650), 0)::BIGINT AS kernel_count,
    sum(kernel_count)::BIGINT AS all_kernel_count,
    coalesce(sum(kernel_count) FILTER (to_ns <= 5650), 0) / sum(kernel_count) AS share_ratio,
    pow(10, 3.75) AS limit_ns,
    coalesce(sum(sum_ns) FILTER (to_ns <= 5650), 0)::BIGINT AS sum_ns
FROM kernel_duration
HAVING kernel_count > 0

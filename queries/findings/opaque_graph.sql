-- At most one row: CUDA graph executions that were recorded as a whole.
--
-- title: Opaque CUDA graphs
-- sentence: {graph_run_count} CUDA graph executions were recorded as a whole, without their kernels. They take
--    {at_stake_ns}, which is {share_ratio} of GPU time.
-- advice: Record with `--cuda-graph-trace=node` to see the kernels. This adds overhead per graph node.
-- plain: {graph_run_count} prepared sequences of work (CUDA graphs) ran for {at_stake_ns}. The recording does not show
--    what they did.
-- certainty: certain
-- stake: none
-- needs: graphs
-- docs: https://docs.nvidia.com/nsight-systems/UserGuide/index.html
-- table: trace_summary
--
-- at_stake_ns      BIGINT  ns     total duration of these executions, whose kernels were not recorded
-- graph_run_count  BIGINT  count  number of these executions
-- share_ratio      DOUBLE  ratio  at_stake_ns divided by the total duration of all GPU operations
SELECT sum(duration_ns)::BIGINT AS at_stake_ns, count(*) AS graph_run_count,
    sum(duration_ns) / nullif((SELECT sum(sum_ns) FROM gpu_summary), 0) AS share_ratio
FROM graph_run
HAVING count(*) > 0

-- One row at most: executions of CUDA graphs that were recorded as a whole.
--
-- title: Opaque CUDA graphs
-- sentence: {graph_run_count} executions of CUDA graphs were recorded as a whole, without the kernels in them:
--    {at_stake_ns}, {share_ratio} of GPU time.
-- advice: Record with `--cuda-graph-trace=node` to see the kernels. This costs some time per node.
-- plain: {graph_run_count} prepared sequences of work ran for {at_stake_ns}. What happened inside was not recorded.
-- certainty: certain
-- stake: none
-- needs: graphs
-- docs: https://docs.nvidia.com/nsight-systems/UserGuide/index.html
-- table: trace_summary
--
-- at_stake_ns      BIGINT  ns     their durations: of this time, no kernel is known
-- graph_run_count  BIGINT  count  executions
-- share_ratio      DOUBLE  ratio  at_stake_ns over the durations of all GPU operations
SELECT sum(duration_ns)::BIGINT AS at_stake_ns, count(*) AS graph_run_count,
    sum(duration_ns) / nullif((SELECT sum(sum_ns) FROM gpu_summary), 0) AS share_ratio
FROM graph_run
HAVING count(*) > 0

-- Only the recording options, and only their known values. Apart from the rank in the environment, nothing else in this
-- table (environment, arguments, folders, users) is loaded.
SELECT rowid AS row_id, name, value
FROM raw.META_DATA_CAPTURE
WHERE (
    name IN ('CAPTURE_EVENT_TYPE', 'CUDA_GRAPH_TRACE_OPTIONS:MODE', 'PROCESS_0:CUDA_GRAPH_TRACE_OPTIONS:MODE')
    AND value IN ('Cuda', 'NvtxEvents', 'OSRuntime', 'Graphics', 'Graph', 'Node', 'Cublas', 'Cudnn', 'Mpi')
)
OR (
    name = 'PROCESS_0:ENVIRONMENT_VARIABLE'
    AND regexp_full_match(value, '(RANK|OMPI_COMM_WORLD_RANK|PMI_RANK|PMIX_RANK|SLURM_PROCID)=[0-9]{1,9}')
)

-- One row per group of unified memory page faults on a GPU.
SELECT start AS start_ns, "end" AS end_ns, globalPid AS process_id, deviceId AS device_id, address,
    numberOfPageFaults AS fault_count
FROM loaded.CUDA_UM_GPU_PAGE_FAULT_EVENTS

-- The nsys tables and columns that nsys-tools uses, with the types to which they are converted when loaded.
--
-- These columns are loaded if the trace contains them. A missing column is NULL, and a missing table has no rows.
-- Columns that are not listed here can be read from the attached trace itself. NOT NULL marks columns in which nsys
-- always writes a value. Rows without a usable time are excluded from all results. For the other NOT NULL columns, rows
-- without a value are included, and a note reports the number of these rows. Every loaded table has an additional
-- column, row_id BIGINT, which is the position of the row in the nsys table. The trace builder creates the same tables,
-- so generated traces contain exactly what is loaded.

CREATE TABLE StringIds (id BIGINT NOT NULL, value VARCHAR NOT NULL);

CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (
    start BIGINT NOT NULL, "end" BIGINT NOT NULL, deviceId BIGINT NOT NULL, contextId BIGINT, streamId BIGINT,
    correlationId BIGINT NOT NULL, globalPid BIGINT NOT NULL, demangledName BIGINT, shortName BIGINT,
    mangledName BIGINT, registersPerThread BIGINT, gridX BIGINT, gridY BIGINT, gridZ BIGINT, blockX BIGINT,
    blockY BIGINT, blockZ BIGINT, staticSharedMemory BIGINT, dynamicSharedMemory BIGINT, graphNodeId BIGINT,
    greenContextId BIGINT, localMemoryPerThread BIGINT
);
CREATE TABLE CUPTI_ACTIVITY_KIND_MEMCPY (
    start BIGINT NOT NULL, "end" BIGINT NOT NULL, deviceId BIGINT NOT NULL, contextId BIGINT, streamId BIGINT,
    correlationId BIGINT, globalPid BIGINT NOT NULL, bytes BIGINT NOT NULL, copyKind BIGINT, srcKind BIGINT,
    dstKind BIGINT, srcDeviceId BIGINT, dstDeviceId BIGINT, migrationCause BIGINT, virtualAddress BIGINT,
    graphNodeId BIGINT, greenContextId BIGINT
);
CREATE TABLE CUPTI_ACTIVITY_KIND_MEMSET (
    start BIGINT NOT NULL, "end" BIGINT NOT NULL, deviceId BIGINT NOT NULL, contextId BIGINT, streamId BIGINT,
    correlationId BIGINT, globalPid BIGINT NOT NULL, value BIGINT, bytes BIGINT NOT NULL, memKind BIGINT,
    graphNodeId BIGINT, greenContextId BIGINT
);
CREATE TABLE CUPTI_ACTIVITY_KIND_GRAPH_TRACE (
    start BIGINT NOT NULL, "end" BIGINT NOT NULL, deviceId BIGINT NOT NULL, contextId BIGINT, streamId BIGINT,
    correlationId BIGINT, globalPid BIGINT NOT NULL, graphId BIGINT, graphExecId BIGINT
);
CREATE TABLE CUDA_GRAPH_NODE_EVENTS (
    start BIGINT, "end" BIGINT, eventClass BIGINT, globalTid BIGINT, nameId BIGINT, graphNodeId BIGINT,
    originalGraphNodeId BIGINT
);
CREATE TABLE CUPTI_ACTIVITY_KIND_RUNTIME (
    start BIGINT NOT NULL, "end" BIGINT, eventClass BIGINT, globalTid BIGINT NOT NULL,
    correlationId BIGINT NOT NULL, nameId BIGINT NOT NULL, returnValue BIGINT
);
CREATE TABLE CUPTI_ACTIVITY_KIND_SYNCHRONIZATION (
    start BIGINT NOT NULL, "end" BIGINT NOT NULL, deviceId BIGINT, contextId BIGINT, streamId BIGINT,
    correlationId BIGINT, globalPid BIGINT, syncType BIGINT, eventId BIGINT
);
CREATE TABLE NVTX_EVENTS (
    start BIGINT, "end" BIGINT, eventType BIGINT NOT NULL, rangeId BIGINT, category BIGINT, color BIGINT,
    text VARCHAR, globalTid BIGINT NOT NULL, endGlobalTid BIGINT, textId BIGINT, domainId BIGINT
);
CREATE TABLE OSRT_API (
    start BIGINT NOT NULL, "end" BIGINT NOT NULL, eventClass BIGINT, globalTid BIGINT, nameId BIGINT,
    returnValue BIGINT, nestingLevel BIGINT
);
CREATE TABLE CUDA_UM_CPU_PAGE_FAULT_EVENTS (
    start BIGINT NOT NULL, globalPid BIGINT, address BIGINT, memAccessType BIGINT, CpuInstruction BIGINT,
    migrationCause BIGINT, sourceFile BIGINT, sourceLine BIGINT, module BIGINT
);
CREATE TABLE CUDA_UM_GPU_PAGE_FAULT_EVENTS (
    start BIGINT NOT NULL, "end" BIGINT NOT NULL, globalPid BIGINT, deviceId BIGINT, address BIGINT,
    numberOfPageFaults BIGINT, faultAccessType BIGINT
);
CREATE TABLE CUDA_GPU_MEMORY_USAGE_EVENTS (
    start BIGINT NOT NULL, globalPid BIGINT NOT NULL, deviceId BIGINT NOT NULL, bytes BIGINT NOT NULL,
    memoryOperationType BIGINT NOT NULL
);
-- Recorded with `--gpu-metrics-devices`. These events have a timestamp instead of a start time.
CREATE TABLE GPU_METRICS (timestamp BIGINT, typeId BIGINT, metricId BIGINT, value BIGINT);
CREATE TABLE TARGET_INFO_GPU_METRICS (typeId BIGINT, metricId BIGINT, metricName VARCHAR);
CREATE TABLE ThreadNames (nameId BIGINT, priority BIGINT, globalTid BIGINT);
CREATE TABLE PROCESSES (globalPid BIGINT, pid BIGINT);
CREATE TABLE ANALYSIS_DETAILS (globalVid BIGINT, duration BIGINT, startTime BIGINT, stopTime BIGINT);
CREATE TABLE TARGET_INFO_GPU (
    id BIGINT, name VARCHAR, totalMemory BIGINT, memoryBandwidth BIGINT, clockRate BIGINT, smCount BIGINT,
    chipName VARCHAR, cuDevice BIGINT, l2CacheSize BIGINT, computeMajor BIGINT, computeMinor BIGINT,
    isDiscrete BIGINT, deviceId BIGINT, maxWarpsPerSm BIGINT, maxBlocksPerSm BIGINT, maxRegistersPerSm BIGINT,
    maxShmemPerSm BIGINT
);
CREATE TABLE TARGET_INFO_CUDA_GPU (
    id BIGINT, name VARCHAR, memorySize BIGINT, memoryBandwidth BIGINT, coreClockRate BIGINT,
    multiprocessorCount BIGINT, computeCapabilityMajor BIGINT, computeCapabilityMinor BIGINT, l2CacheSize BIGINT,
    deviceId BIGINT, globalMemorySize BIGINT, globalMemoryBandwidth BIGINT, numMultiprocessors BIGINT
);
CREATE TABLE TARGET_INFO_CUDA_DEVICE (gpuId BIGINT, cudaId BIGINT, pid BIGINT, numMultiprocessors BIGINT);
CREATE TABLE TARGET_INFO_SESSION_START_TIME (utcEpochNs BIGINT);
CREATE TABLE META_DATA_EXPORT (name VARCHAR, value VARCHAR);
CREATE TABLE EXPORT_META_DATA (name VARCHAR, value VARCHAR);
CREATE TABLE META_DATA_CAPTURE (name VARCHAR, value VARCHAR);
CREATE TABLE PROFILER_OVERHEAD (start BIGINT, "end" BIGINT, globalTid BIGINT, nameId BIGINT);
CREATE TABLE DIAGNOSTIC_EVENT (timestamp BIGINT, severity BIGINT, text VARCHAR);
CREATE TABLE MPI_P2P_EVENTS (start BIGINT, "end" BIGINT, globalTid BIGINT, textId BIGINT);
CREATE TABLE MPI_START_WAIT_EVENTS (start BIGINT, "end" BIGINT, globalTid BIGINT, textId BIGINT);
CREATE TABLE MPI_OTHER_EVENTS (start BIGINT, "end" BIGINT, globalTid BIGINT, textId BIGINT);
CREATE TABLE MPI_COLLECTIVES_EVENTS (start BIGINT, "end" BIGINT, globalTid BIGINT, textId BIGINT);

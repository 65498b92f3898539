-- One row per name of NVTX ranges and time on the GPU: how many ranges, projected onto the GPU, took exactly that long.
SELECT name, end_ns - start_ns AS value, count(*) AS count FROM recipe__projected WHERE end_ns > start_ns GROUP BY ALL

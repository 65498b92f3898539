-- One row per name of NCCL's NVTX ranges and time on the GPU: how many, projected onto the GPU, took exactly that long.
SELECT name, end_ns - start_ns AS value, count(*) AS count
FROM recipe__projected
WHERE domain = 'NCCL' AND end_ns > start_ns
GROUP BY ALL

-- One row per NCCL range name and GPU time, with the number of ranges whose projection onto the GPU took exactly that
-- long.
SELECT name, end_ns - start_ns AS value, count(*) AS count
FROM recipe__projected
WHERE domain = 'NCCL' AND end_ns > start_ns
GROUP BY ALL

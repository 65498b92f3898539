-- One row per communication kernel name, with the operation that the name indicates, or NULL if it indicates none.
-- materialized: each name is matched only once.
SELECT c.name_id, s.value AS name,
    CASE
        WHEN s.value ILIKE '%SendRecv%' OR s.value ILIKE 'ncclDevKernel_P2p%' THEN 'SendRecv'
        WHEN regexp_matches(s.value, 'all_?reduce|cross_device_reduce|multimem_all_reduce', 'i') THEN 'AllReduce'
        WHEN regexp_matches(s.value, 'all_?gather', 'i') THEN 'AllGather'
        WHEN regexp_matches(s.value, 'reduce_?scatter', 'i') THEN 'ReduceScatter'
        WHEN regexp_matches(s.value, 'all_?to_?all', 'i') THEN 'AllToAll'
        WHEN s.value ILIKE '%broadcast%' THEN 'Broadcast'
        WHEN regexp_matches(s.value, 'nccl(dev)?kernel_?reduce', 'i') THEN 'Reduce'
    END AS op
FROM kernel__class AS c
JOIN _string_kernel AS s ON s.id = c.name_id
WHERE c.class = 'communication'

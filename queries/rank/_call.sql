-- One row per NVTX range of an NCCL function, with the operation and the contents of its payload.
-- materialized: payloads are joined only once.
SELECT r.range_id, r.thread_id, r.start_ns, r.end_ns,
    regexp_extract(n.name, '^nccl([A-Z]\w*)', 1) AS function,
    max(p.value) FILTER (p.field = 'NCCL communicator ID') AS communicator,
    max(try_cast(p.value AS BIGINT)) FILTER (p.field = 'Message size [bytes]') AS bytes,
    max(try_cast(p.value AS BIGINT)) FILTER (p.field = 'Rank') AS member,
    max(try_cast(p.value AS BIGINT)) FILTER (p.field = 'No. of ranks') AS member_count,
    max(try_cast(p.value AS BIGINT)) FILTER (p.field = 'CUDA device') AS device_id
FROM _range AS r
JOIN _range_text AS n USING (range_id)
LEFT JOIN nvtx_payload AS p USING (range_id)
WHERE n.name LIKE 'nccl%' AND regexp_matches(n.name, '^nccl[A-Z]')
GROUP BY ALL

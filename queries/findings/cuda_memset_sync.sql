-- At most one row: memsets of pinned or managed memory issued by synchronous calls, as in NVIDIA's cuda_memset_sync
-- rule.
--
-- title: Synchronous memsets
-- sentence: {memset_count} memsets of pinned or managed memory were issued by synchronous calls. They set {set_bytes}
--    in {at_stake_ns}.
-- advice: Use `cudaMemsetAsync`.
-- certainty: likely
-- stake: memset
-- needs: memsets
-- docs: https://docs.nvidia.com/nsight-systems/AnalysisGuide/index.html
-- table: copy_summary
--
-- at_stake_ns   BIGINT  ns     total duration of these memsets
-- memset_count  BIGINT  count  number of memsets
-- set_bytes     BIGINT  bytes  bytes set
SELECT sum(m.duration_ns)::BIGINT AS at_stake_ns, count(*) AS memset_count, sum(m.set_bytes)::BIGINT AS set_bytes
FROM memset AS m
JOIN _api_call AS c ON c.process_id = m.process_id AND c.correlation_id = m.correlation_id
JOIN _string_call AS s ON s.id = c.name_id
WHERE s.value ILIKE 'cudaMemset%' AND s.value NOT ILIKE '%async%' AND m.memory IN ('Pinned', 'Managed')
HAVING count(*) > 0

-- At most one row: all memsets together.
--
-- title: Memsets
-- sentence: {memset_count} memsets set {set_bytes} in {at_stake_ns}.
-- advice: Allocate without initializing (`torch.empty`) if every element is written later, and reuse buffers.
-- certainty: possible
-- stake: memset
-- needs: memsets
-- docs: https://docs.pytorch.org/docs/stable/generated/torch.empty.html
-- table: copy_summary
--
-- at_stake_ns   BIGINT  ns     total duration of all memsets
-- memset_count  BIGINT  count  number of memsets
-- set_bytes     BIGINT  bytes  bytes set
SELECT sum(duration_ns)::BIGINT AS at_stake_ns, count(*) AS memset_count, sum(set_bytes)::BIGINT AS set_bytes
FROM memset
HAVING count(*) > 0

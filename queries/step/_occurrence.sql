-- One row per occurrence of an anchor. Each occurrence begins a period.
-- materialized: one pass over all operations, used by every query that evaluates anchors.
SELECT s.candidate_id, s.process_id, s.gpu_id, o.start_ns,
    lead(o.start_ns) OVER one AS next_ns,
    row_number() OVER one AS place
FROM step__shortlist AS s
JOIN step__anchor AS a USING (candidate_id)
JOIN step__operation AS o
    ON o.process_id = s.process_id AND o.gpu_id = s.gpu_id AND o.key_id = a.key_id
WINDOW one AS (PARTITION BY s.candidate_id ORDER BY o.start_ns, o.operation_id)

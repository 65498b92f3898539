-- One row per period that the anchor search examines. These are the first 32 periods of each candidate.
SELECT candidate_id, process_id, gpu_id, start_ns, next_ns, place
FROM step__occurrence
WHERE place <= 32 AND next_ns IS NOT NULL

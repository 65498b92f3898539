-- One row per period that the search for an anchor examines: the first 32 of each candidate.
SELECT candidate_id, process_id, gpu_id, start_ns, next_ns, place
FROM step__occurrence
WHERE place <= 32 AND next_ns IS NOT NULL

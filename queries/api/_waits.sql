-- One row per CUDA API function that can block the calling thread until the GPU has finished. Asynchronous copies are
-- excluded. They block only for pageable memory, which is visible in the copy records.
SELECT id AS name_id
FROM _string_call
WHERE regexp_matches(value, 'Synchronize|^cuda(Memcpy|Memset)[^A]*(_v[0-9]{4})?$|^cuMemcpy[^A]*$|^cuda(Malloc|Free|Host)')
    AND NOT contains(value, 'Async')

-- One row per CUDA API function that can block the calling thread until the GPU is done. Asynchronous copies are
-- excluded: they block only for pageable memory, which the copy records show.
SELECT id AS name_id
FROM _string_call
WHERE regexp_matches(value, 'Synchronize|^cuda(Memcpy|Memset)[^A]*(_v[0-9]{4})?$|^cuMemcpy[^A]*$|^cuda(Malloc|Free|Host)')
    AND NOT contains(value, 'Async')

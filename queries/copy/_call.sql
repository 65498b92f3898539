-- One row per copy, with the API call that launched the copy and whether the copy uses pageable host memory.
SELECT c.operation_id, c.kind, c.copied_bytes, c.duration_ns, s.value AS call,
    coalesce(s.value ILIKE 'cudaMemcpy%Async%', false) AS is_async,
    coalesce(c.source_memory = 'Pageable' OR c.destination_memory = 'Pageable', false) AS is_pageable
FROM copy AS c
LEFT JOIN _launched AS l USING (operation_id)
LEFT JOIN _api_call AS a USING (call_id)
LEFT JOIN _string_call AS s ON s.id = a.name_id

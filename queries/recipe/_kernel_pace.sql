-- One row per execution of the kernel with the requested function name. number is the position of the execution in the
-- trace.
SELECT k.operation_id AS number, k.start_ns, k.end_ns
FROM _kernel AS k
JOIN _string_kernel AS s ON s.id = k.short_name_id
JOIN recipe__asked AS a ON a.name = s.value
WHERE touches(k.start_ns, k.end_ns, a.first_ns, a.last_ns)

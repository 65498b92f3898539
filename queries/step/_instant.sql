-- One row per GPU and instant at which a step begins or ends on this GPU.
SELECT DISTINCT gpu_id, unnest([start_ns, end_ns]) AS at_ns FROM step__interval WHERE NOT is_cut

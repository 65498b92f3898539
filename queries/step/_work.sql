-- One row per operation that starts in a step of its process and GPU.
SELECT i.step_id, o.kind, o.name_id, o.end_ns, o.end_ns - o.start_ns AS duration_ns
FROM step__class AS o
ASOF JOIN step__interval AS i
    ON i.process_id = o.process_id AND i.gpu_id = o.gpu_id AND i.start_ns <= o.start_ns
WHERE NOT i.is_cut AND o.start_ns < i.end_ns

-- One row per step, process and GPU, ordered by process, GPU and number. number is the position of the step within that
-- process and GPU, from 0. begin_ns is when the CPU began the step, if a range defines the step, or else its start on
-- the GPU.
SELECT s.step_id, s.process_id, s.gpu_id, s.phase, s.start_ns, s.end_ns, s.busy_ns,
    row_number() OVER (PARTITION BY s.process_id, s.gpu_id ORDER BY s.start_ns, s.step_id) - 1 AS number,
    least(s.start_ns, coalesce(r.start_ns, s.start_ns)) AS begin_ns
FROM step AS s LEFT JOIN _range AS r USING (range_id)
ORDER BY s.process_id, s.gpu_id, number

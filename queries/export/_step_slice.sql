-- One row per step, process and GPU to be drawn in an export; unordered.
SELECT s.gpu_id, s.process_id, s.start_ns, s.end_ns, s.step_id, t.text_id AS title, s.number AS step, p.text_id AS phase, s.busy_ns
FROM export__step AS s
JOIN export__text AS t ON t.text = s.phase || ' step'
JOIN export__text AS p ON p.text = s.phase

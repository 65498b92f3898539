-- One row per NVTX range with the requested name, projected onto the GPU. number is the position of its first launch.
SELECT p.call_id AS number, p.start_ns, p.end_ns
FROM recipe__projected AS p JOIN recipe__asked AS a USING (name)

-- One row per NVTX range of the name that is asked for, projected onto the GPU; number is the place of its first
-- launch.
SELECT p.call_id AS number, p.start_ns, p.end_ns
FROM recipe__projected AS p JOIN recipe__asked AS a USING (name)

-- One row per process, GPU, kernel kind and time bin, with the percentage of the bin in which these kernels run, or
-- NULL if nothing was recorded in the bin. A trace whose NCCL ranges launch no kernels has no rows.
WITH piece AS (FROM recipe__cut_kernel),
binned AS (
    SELECT r.part.pid AS pid, r.part.device_id AS device_id, r.part.kind AS kind, r.bin, w.width_ns, r.running_ns,
        s.first_ns, s.last_ns
    FROM running_by_bin(piece) AS r, recipe__session_time AS s,
        (SELECT any_value(width_ns) AS width_ns FROM recipe__shifted_kernel) AS w
)
SELECT pid, device_id, kind, bin, bin * width_ns AS bin_start_ns,
    percent_of_bin(running_ns, bin, width_ns, first_ns, last_ns) AS running_percent
FROM binned
WHERE EXISTS (FROM recipe__projected WHERE domain = 'NCCL' AND kernel_end_ns IS NOT NULL)

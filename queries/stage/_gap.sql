-- One row per instance of a stage and interval in it in which none of its own operations ran on a GPU.
-- What the launching thread did is that of the gap of the whole GPU that the same operation ended; where the GPU was
-- not idle, other stages had it.
SELECT c.stage, c.range_id, c.start_ns - c.covered_ns AS idle_ns,
    CASE WHEN g.cause = 'launch gap' THEN least(g.gap_ns, c.start_ns - c.covered_ns) ELSE 0 END AS launch_gap_ns
FROM stage__covered AS c LEFT JOIN gap_list AS g USING (operation_id)
WHERE c.start_ns > c.covered_ns

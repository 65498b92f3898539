-- One row per stage instance and interval between two of its operations during which none of its operations ran on the
-- GPU. launch_gap_ns is taken from the GPU idle gap that ended with the same operation. It is 0 if the GPU was busy
-- with other stages.
SELECT c.stage, c.range_id, c.start_ns - c.covered_ns AS idle_ns,
    CASE WHEN g.cause = 'launch gap' THEN least(g.gap_ns, c.start_ns - c.covered_ns) ELSE 0 END AS launch_gap_ns
FROM stage__covered AS c LEFT JOIN gap_list AS g USING (operation_id)
WHERE c.start_ns > c.covered_ns

-- One row per model stage that takes longer than its roofline time, ordered by at_stake_ns, largest first.
--
-- title: Slower than the hardware allows
-- sentence: Stage {subject} kept its GPU busy for {busy_ns}. At the roofline, its layers would take {roofline_ns}
--    ({bound!s}-bound), which is {reached_ratio} of the busy time. {worst_op} has the most time above roofline
--    ({worst_ns}).
-- advice: {advice!s}
-- plain: In {subject}, the GPU computes for {busy_ns}. At best, the same work would take {roofline_ns}.
--    Optimizing {worst_op} could save the most time.
-- certainty: likely
-- stake: kernel
-- needs: model
-- docs: https://docs.nvidia.com/nsight-compute/ProfilingGuide/index.html#roofline-charts
-- table: roofline_op
--
-- at_stake_ns    BIGINT   ns     time above roofline
-- subject        VARCHAR  -      stage
-- busy_ns        BIGINT   ns     time during which at least one operation of the stage runs
-- roofline_ns    DOUBLE   ns     roofline time of the stage's layers
-- reached_ratio  DOUBLE   ratio  roofline_ns divided by busy_ns
-- bound          VARCHAR  -      compute or memory
-- worst_op       VARCHAR  -      op with the most time above roofline
-- worst_ns       DOUBLE   ns     time above roofline of worst_op
-- advice         VARCHAR  -      what to try for a compute-bound or memory-bound stage
WITH worst AS (
    SELECT stage, arg_max(name, inefficiency_ns) AS name, max(inefficiency_ns) AS ns FROM roofline_op GROUP BY stage
)
SELECT round(e.inefficiency_ns)::BIGINT AS at_stake_ns, e.stage AS subject, e.busy_ns, e.roofline_ns,
    e.roofline_ns / nullif(e.busy_ns, 0) AS reached_ratio, e.bound, w.name AS worst_op, w.ns AS worst_ns,
    CASE e.bound
        WHEN 'compute' THEN 'Profile its kernels with ncu. Check whether they use tensor cores, whether tiles fit the '
            || 'shapes, and how much work is padding. Then try fused attention or another dtype.'
        ELSE 'Move fewer bytes: fuse elementwise operations into the GEMMs, quantize weights or the KV cache, or '
            || 'increase the batch size.' END AS advice
FROM roofline_exclusive AS e LEFT JOIN worst AS w USING (stage)
WHERE e.bound IS NOT NULL AND e.inefficiency_ns > 0
ORDER BY at_stake_ns DESC, e.stage

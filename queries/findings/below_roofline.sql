-- One row per stage of the model that takes longer than its roofline; ordered by at_stake_ns, largest first.
--
-- title: Slower than the hardware allows
-- sentence: Stage {subject} kept its GPU busy for {busy_ns}. At the roofline its layers need {roofline_ns} (bound by
--    {bound!s}), {reached_ratio} of that. Most is lost in {worst_op}: {worst_ns}.
-- advice: {advice!s}
-- plain: In {subject} the GPU computes for {busy_ns}. At best it would take {roofline_ns}. Most is lost in {worst_op}.
-- certainty: likely
-- stake: kernel
-- needs: model
-- docs: https://docs.nvidia.com/nsight-compute/ProfilingGuide/index.html#roofline-charts
-- table: roofline_op
--
-- at_stake_ns    BIGINT   ns     time above roofline
-- subject        VARCHAR  -      the stage
-- busy_ns        BIGINT   ns     time in which its operations run
-- roofline_ns    DOUBLE   ns     time that its layers need at the roofline
-- reached_ratio  DOUBLE   ratio  roofline_ns over busy_ns
-- bound          VARCHAR  -      compute or memory
-- worst_op       VARCHAR  -      the op with the most time above roofline
-- worst_ns       DOUBLE   ns     that time
-- advice         VARCHAR  -      what to try for a stage that is bound so
WITH worst AS (
    SELECT stage, arg_max(name, inefficiency_ns) AS name, max(inefficiency_ns) AS ns FROM roofline_op GROUP BY stage
)
SELECT round(e.inefficiency_ns)::BIGINT AS at_stake_ns, e.stage AS subject, e.busy_ns, e.roofline_ns,
    e.roofline_ns / nullif(e.busy_ns, 0) AS reached_ratio, e.bound, w.name AS worst_op, w.ns AS worst_ns,
    CASE e.bound
        WHEN 'compute' THEN 'Profile its kernels with ncu: are tensor cores used, do tiles fit the shapes, is work padded? '
            || 'A fused attention or another dtype comes next.'
        ELSE 'Move fewer bytes: fuse elementwise operations into the products, quantize weights or the KV cache, take '
            || 'a larger batch.' END AS advice
FROM roofline_exclusive AS e LEFT JOIN worst AS w USING (stage)
WHERE e.bound IS NOT NULL AND e.inefficiency_ns > 0
ORDER BY at_stake_ns DESC, e.stage

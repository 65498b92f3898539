-- One row per GPU and instant, with the cumulative busy time up to that instant. The 256 intervals between instants
-- divide the GPU's activity evenly.
-- materialized: the result is small and needs a pass over all operations.
--
-- As in step__until, each operation that started before an instant contributes the time that its predecessors do not
-- cover. The time covered up to the instant is the sum of these contributions minus the part after the instant, which
-- is a single interval.
WITH bound AS (
    SELECT gpu_id, min(start_ns) AS first_ns, greatest(max(end_ns) - min(start_ns), 1) AS span_ns
    FROM step__class GROUP BY gpu_id
),
covered AS (
    SELECT c.gpu_id, start_ns, end_ns, is_compute, is_communication,
        least(((start_ns - b.first_ns)::HUGEINT * 256 // b.span_ns)::BIGINT, 255) AS bin,
        max(end_ns) OVER earlier AS covered_ns,
        max(CASE WHEN is_compute THEN end_ns END) OVER earlier AS compute_ns,
        max(CASE WHEN is_compute OR is_communication THEN end_ns END) OVER earlier AS either_ns
    FROM step__class AS c JOIN bound AS b USING (gpu_id)
    WINDOW earlier AS (PARTITION BY c.gpu_id ORDER BY start_ns ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
cell AS (
    SELECT gpu_id, bin,
        sum(added_ns(start_ns, end_ns, covered_ns)) AS busy_ns,
        sum(added_ns(start_ns, end_ns, compute_ns)) FILTER (is_compute) AS compute_ns,
        sum(added_ns(start_ns, end_ns, either_ns)) FILTER (is_compute OR is_communication) AS either_ns,
        max(end_ns) AS last_ns, max(end_ns) FILTER (is_compute) AS last_compute_ns,
        max(end_ns) FILTER (is_compute OR is_communication) AS last_either_ns
    FROM covered GROUP BY ALL
),
place AS (
    SELECT b.gpu_id, i.bin, b.first_ns + (b.span_ns::HUGEINT * i.bin // 256)::BIGINT AS at_ns
    FROM bound AS b, range(257) AS i(bin)
),
total AS (
    SELECT p.gpu_id, p.at_ns,
        coalesce(sum(c.busy_ns) OVER earlier, 0) AS busy_ns, coalesce(sum(c.compute_ns) OVER earlier, 0) AS compute_ns,
        coalesce(sum(c.either_ns) OVER earlier, 0) AS either_ns,
        max(c.last_ns) OVER earlier AS last_ns, max(c.last_compute_ns) OVER earlier AS last_compute_ns,
        max(c.last_either_ns) OVER earlier AS last_either_ns
    FROM place AS p LEFT JOIN cell AS c ON c.gpu_id = p.gpu_id AND c.bin = p.bin
    WINDOW earlier AS (PARTITION BY p.gpu_id ORDER BY p.bin ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT gpu_id, at_ns,
    (busy_ns - greatest(coalesce(last_ns, at_ns) - at_ns, 0))::BIGINT AS busy_ns,
    (compute_ns - greatest(coalesce(last_compute_ns, at_ns) - at_ns, 0))::BIGINT AS compute_ns,
    (either_ns - greatest(coalesce(last_either_ns, at_ns) - at_ns, 0))::BIGINT AS either_ns
FROM total

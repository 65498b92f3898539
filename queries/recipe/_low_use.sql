-- One row per interval in which a GPU used by a process runs operations for less than the requested share of the time
-- (50 % by default), ordered by used_percent, lowest first, up to the row limit. The activity of the GPU is divided
-- into the requested number of chunks (30 by default). An interval consists of adjacent chunks below the threshold.
WITH span AS (
    SELECT process_id, pid, device_id, min(start_ns) AS start_ns, max(end_ns) AS end_ns,
        arg_max(context_id, end_ns) AS context_id
    FROM recipe__gpu_work
    GROUP BY ALL
),
sized AS (
    SELECT s.*, greatest(ceil((s.end_ns - s.start_ns)::DOUBLE / a.chunk_count)::BIGINT, 1) AS width_ns, a.chunk_count
    FROM span AS s, recipe__asked AS a
),
piece AS (
    SELECT {'process_id': w.process_id, 'device_id': w.device_id} AS part, w.start_ns, w.end_ns,
        s.start_ns AS origin_ns, s.width_ns, s.chunk_count AS bin_count
    FROM recipe__gpu_work AS w JOIN sized AS s USING (process_id, device_id)
),
chunk AS (
    SELECT s.process_id, s.pid, s.device_id, s.context_id, r.bin, s.start_ns + r.bin * s.width_ns AS start_ns,
        least(s.start_ns + (r.bin + 1) * s.width_ns, s.end_ns) AS end_ns, r.running_ns
    FROM running_by_bin(piece) AS r
    JOIN sized AS s ON s.process_id = r.part.process_id AND s.device_id = r.part.device_id
),
low AS (
    SELECT c.*, c.bin - row_number() OVER (PARTITION BY c.process_id, c.device_id ORDER BY c.bin) AS stretch
    FROM chunk AS c, recipe__asked AS a
    WHERE c.start_ns < c.end_ns AND 100.0 * c.running_ns / (c.end_ns - c.start_ns) < a.threshold_percent
),
coalesced AS (
    SELECT process_id, pid, device_id, context_id, min(start_ns) AS start_ns,
        max(end_ns) - min(start_ns) AS duration_ns,
        round(100.0 * sum(running_ns) / sum(end_ns - start_ns), 1) AS used_percent
    FROM low
    GROUP BY process_id, pid, device_id, context_id, stretch
)
SELECT row_number() OVER (ORDER BY used_percent, duration_ns, pid, device_id, start_ns) AS number, *
FROM coalesced
ORDER BY number
LIMIT (SELECT CASE WHEN row_limit >= 0 THEN row_limit END FROM recipe__asked)

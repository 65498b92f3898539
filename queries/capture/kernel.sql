-- One row per stage and kernel in a capture, ordered by stage, then by sum_ns, largest first. In its second pass, the
-- capture uses ncu to profile kernels selected from these rows.
--
-- stage         VARCHAR  -      innermost stage that contains the launch; the capture defines which ranges are stages
-- short_name    VARCHAR  -      function name without namespace or template arguments
-- launch_count  BIGINT   count  number of launches in the stage, over all repeats
-- sum_ns        BIGINT   ns     sum of the durations of these launches
WITH staged AS (
    SELECT
        k.short_name, k.duration_ns,
        list_last(list_filter(string_split(p.path, '/'), lambda name: name IN (
            'preprocess', 'vision', 'sam', 'clip', 'projector', 'prefill', 'decode', 'sample'
        ))) AS stage
    FROM kernel AS k
    JOIN _launched AS a USING (operation_id)
    JOIN _recorded_path AS p USING (range_id)
)
SELECT stage, short_name, count(*) AS launch_count, sum(duration_ns)::BIGINT AS sum_ns
FROM staged
WHERE stage IS NOT NULL
GROUP BY ALL
ORDER BY stage, sum_ns DESC, short_name

-- At most one row: problems that nsys reported during the recording.
--
-- title: Recording problems
-- sentence: nsys reported problems during the recording (number of distinct messages: {message_count}). The most severe
--    one is: {subject}
-- advice: Fix the problems and record again. Until then, results may be missing events that nsys could not record.
-- certainty: certain
-- stake: none
-- docs: https://docs.nvidia.com/nsight-systems/UserGuide/index.html
-- table: trace_summary
--
-- at_stake_ns    BIGINT   ns     NULL, because nsys does not report how much is missing
-- subject        VARCHAR  -      most severe message, truncated to 160 characters
-- message_count  BIGINT   count  number of distinct messages
WITH message AS (
    -- Some nsys versions report success messages as warnings, so a warning counts only if its text names a problem.
    SELECT DISTINCT regexp_replace(text, '\s+', ' ', 'g') AS text, severity
    FROM loaded.DIAGNOSTIC_EVENT
    WHERE (severity = 3 AND NOT regexp_matches(text, 'successfully', 'i')) OR (severity IN (1, 2) AND regexp_matches(text,
        'dropped|lost|incomplete|not all|fail|unable|cannot|could not|error|missing|overflow|unsupported|not supported', 'i'))
),
ranked AS (
    SELECT text, row_number() OVER (
        ORDER BY regexp_matches(text, 'CUDA|dropped|lost', 'i') DESC, severity = 3 DESC, text
    ) AS place
    FROM message
)
SELECT NULL::BIGINT AS at_stake_ns, left(min(text) FILTER (place = 1), 160) AS subject, count(*) AS message_count
FROM ranked
HAVING count(*) > 0

-- One row at most: problems that nsys reported while it recorded.
--
-- title: Problems of the recording
-- sentence: Problems that nsys reported while it recorded: {message_count}. The most severe: {subject}
-- advice: Mend them and record again. Figures may lack what nsys could not record.
-- certainty: certain
-- stake: none
-- docs: https://docs.nvidia.com/nsight-systems/UserGuide/index.html
-- table: trace_summary
--
-- at_stake_ns    BIGINT   ns     NULL: nsys does not tell how much is missing
-- subject        VARCHAR  -      the most severe message, cut to 160 characters
-- message_count  BIGINT   count  different messages
WITH message AS (
    -- Versions write messages of success as warnings, so that a warning counts only if its words say that something is wrong.
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

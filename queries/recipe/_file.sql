-- One row per file of a job: its rank, its number, and its name in tables, which is the file name without its
-- extension, followed by its number if another file has the same name.
-- over: ranks
WITH named AS (
    SELECT rank, file_number, regexp_replace(file, '\.(sqlite|nsys-rep|qdrep)$', '') AS file FROM rank
)
SELECT rank, file_number,
    CASE WHEN count(*) OVER (PARTITION BY file) > 1 THEN file || ' (' || file_number || ')' ELSE file END AS file
FROM named

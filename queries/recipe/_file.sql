-- One row per file in a job, with its rank, its number and its name in tables. The name is the file name without its
-- extension. If another file has the same name, the file number is appended.
-- over: ranks
WITH named AS (
    SELECT rank, file_number, regexp_replace(file, '\.(sqlite|nsys-rep|qdrep)$', '') AS file FROM rank
)
SELECT rank, file_number,
    CASE WHEN count(*) OVER (PARTITION BY file) > 1 THEN file || ' (' || file_number || ')' ELSE file END AS file
FROM named

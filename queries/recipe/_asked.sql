-- One row: the option values of a recipe. Options that are not set and have no default are NULL.
SELECT
    max(try_cast(value AS BIGINT)) FILTER (name = 'start') AS first_ns,
    max(try_cast(value AS BIGINT)) FILTER (name = 'end') AS last_ns,
    max(value) FILTER (name = 'name') AS name,
    max(value) FILTER (name = 'kernel_name') AS kernel_name,
    max(value) FILTER (name = 'nvtx') AS nvtx,
    coalesce(max(try_cast(value AS BIGINT)) FILTER (name = 'bins'), 30) AS bin_count,
    coalesce(max(value) FILTER (name = 'cumulative'), '') <> '' AS is_cumulative,
    max(try_cast(value AS BIGINT)) FILTER (name = 'bin_ns') AS bin_ns,
    max(try_cast(value AS BIGINT)) FILTER (name = 'first_utc_ns') AS first_utc_ns,
    coalesce(max(try_cast(value AS BIGINT)) FILTER (name = 'gap'), 500) AS gap_ms,
    coalesce(max(try_cast(value AS BIGINT)) FILTER (name = 'threshold'), 50) AS threshold_percent,
    coalesce(max(try_cast(value AS BIGINT)) FILTER (name = 'chunks'), 30) AS chunk_count,
    coalesce(max(try_cast(value AS BIGINT)) FILTER (name = 'rows'), -1) AS row_limit,
    max(try_cast(value AS BIGINT)) FILTER (name = 'process') AS asked_pid,
    max(try_cast(value AS BIGINT)) FILTER (name = 'thread') AS asked_tid
FROM setting

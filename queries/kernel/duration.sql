-- One row per kernel duration bin (four bins per decade), ordered by duration.
--
-- from_ns       DOUBLE  ns     lower bound of the bin, inclusive
-- to_ns         DOUBLE  ns     upper bound of the bin, exclusive
-- kernel_count  BIGINT  count  number of kernels in the bin
-- sum_ns        BIGINT  ns     sum of the durations of these kernels
SELECT
    pow(10, bin / 4) AS from_ns,
    pow(10, (bin + 1) / 4) AS to_ns,
    count(*) AS kernel_count,
    sum(duration_ns)::BIGINT AS sum_ns
FROM (SELECT duration_ns, floor(4 * log10(greatest(duration_ns, 1))) AS bin FROM _kernel)
GROUP BY bin
ORDER BY bin

-- One row per bin of kernel durations, four a factor of ten; ordered by duration.
--
-- from_ns       DOUBLE  ns     lower end of the bin, included
-- to_ns         DOUBLE  ns     upper end, excluded
-- kernel_count  BIGINT  count  kernels in it
-- sum_ns        BIGINT  ns     sum of their durations
SELECT
    pow(10, bin / 4) AS from_ns,
    pow(10, (bin + 1) / 4) AS to_ns,
    count(*) AS kernel_count,
    sum(duration_ns)::BIGINT AS sum_ns
FROM (SELECT duration_ns, floor(4 * log10(greatest(duration_ns, 1))) AS bin FROM _kernel)
GROUP BY bin
ORDER BY bin

-- What the queries share: macros, made in every connection. Aggregates of durations or sizes, and how names read.

-- Count, sum, mean, median, extremes and sample standard deviation of x (0 for a single value).
CREATE MACRO spread(x) AS {
    'count': count(*),
    'sum': sum(x)::BIGINT,
    'mean': sum(x)::DOUBLE / count(x),
    'median': median(x),
    'min': min(x),
    'max': max(x),
    'stddev': coalesce(stddev_samp(x), 0)
};

-- The same of a single value.
CREATE MACRO spread_of_one(x) AS {
    'count': 1::BIGINT,
    'sum': x::BIGINT,
    'mean': x::DOUBLE,
    'median': x::DOUBLE,
    'min': x,
    'max': x,
    'stddev': 0::DOUBLE
};

-- The values at a quarter, half and three quarters of the way, seen from below and from above: they differ where
-- the place lies between two values.
CREATE MACRO quarters(x) AS {
    'low': quantile_disc(x, [0.25, 0.5, 0.75]),
    'high': quantile_disc(-x, [0.75, 0.5, 0.25])
};

-- Quarter 1, 2 or 3 as nsys prints it: a whole number where it is one of the values, a decimal where it is the mean
-- of two that differ.
CREATE MACRO quarter_text(q, n) AS
    CASE WHEN q.low[n] = -q.high[n] THEN q.low[n]::VARCHAR ELSE ((q.low[n] - q.high[n]) / 2.0)::DOUBLE::VARCHAR END;

-- Three sizes in columns of four, as nsys prints grids and blocks.
CREATE MACRO extent_text(x, y, z) AS format('{:>4d} {:>4d} {:>4d}', x, y, z);

-- The number of a process or thread in nsys's global keys.
CREATE MACRO pid_of(key) AS (key >> 24) & 16777215;
CREATE MACRO tid_of(key) AS key & 16777215;

-- A kernel's name under the range that it is listed in, if any.
CREATE MACRO label_text(range_name, name) AS CASE WHEN range_name IS NULL THEN name ELSE range_name || '/' || name END;

-- The value that all rows have where it is known; NULL where they differ.
CREATE MACRO agreed(x) AS CASE WHEN min(x) = max(x) THEN min(x) END;

-- The number that the group of a regular expression finds in a text; NULL where there is none, or one beyond 64 bits.
CREATE MACRO number_in(t, expression) AS try_cast(nullif(regexp_extract(t, expression, 1), '') AS BIGINT);

-- The sum of two values of which one may be unknown; NULL where both are.
CREATE MACRO either_sum(x, y) AS CASE WHEN x IS NOT NULL OR y IS NOT NULL THEN coalesce(x, 0) + coalesce(y, 0) END;

-- The value at a place, from 0, of a sorted list that as many zeros stand before as the place is below 0.
CREATE MACRO at_or_zero(sorted, place) AS CASE WHEN place < 0 THEN 0 ELSE sorted[place + 1] END;

-- The median of x and as many zeros as n exceeds the number of rows by. No value of x is negative.
CREATE MACRO median_with_zeros(x, n) AS (
    at_or_zero(list_sort(list(x::BIGINT)), ((n - 1) // 2 - n + count(*))::BIGINT)
    + at_or_zero(list_sort(list(x::BIGINT)), (n // 2 - n + count(*))::BIGINT)
) / 2;

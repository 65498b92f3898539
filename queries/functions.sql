-- Macros that the queries share. They are created in every connection. They aggregate durations and sizes, and format
-- names.

-- The count, sum, mean, median, extremes and sample standard deviation of x. The standard deviation of a single value
-- is 0.
CREATE MACRO spread(x) AS {
    'count': count(*),
    'sum': sum(x)::BIGINT,
    'mean': sum(x)::DOUBLE / count(x),
    'median': median(x),
    'min': min(x),
    'max': max(x),
    'stddev': coalesce(stddev_samp(x), 0)
};

-- The same statistics for a single value.
CREATE MACRO spread_of_one(x) AS {
    'count': 1::BIGINT,
    'sum': x::BIGINT,
    'mean': x::DOUBLE,
    'median': x::DOUBLE,
    'min': x,
    'max': x,
    'stddev': 0::DOUBLE
};

-- The exact sum of the squares of integers x. Values beyond about 3 billion are rare and take longer.
CREATE MACRO sum_of_squares(x) AS
    sum(CASE WHEN x BETWEEN -3000000000 AND 3000000000 THEN x::BIGINT * x::BIGINT ELSE 0 END)
    + coalesce(sum(CASE WHEN x NOT BETWEEN -3000000000 AND 3000000000 THEN x::HUGEINT * x END), 0);

-- The sample standard deviation of integers x; NULL for a single value. It is computed from exact sums, so the result
-- does not depend on the order in which threads deliver the rows. With stddev_samp, the last digits do depend on this
-- order. The integer part of the mean is subtracted first to avoid cancellation in the squares.
CREATE MACRO deviation(x) AS sqrt(((
        sum_of_squares(x) - 2 * (sum(x) // count(x)) * sum(x) + count(x) * (sum(x) // count(x)) * (sum(x) // count(x))
    )::DOUBLE - (sum(x) % count(x))::DOUBLE ** 2 / count(x)) / nullif(count(x) - 1, 0));

-- The values at the quartile positions of the sorted values, counted from the smallest value (low) and from the largest
-- value (high, negated). The two differ if a position lies between two values.
CREATE MACRO quarters(x) AS {
    'low': quantile_disc(x, [0.25, 0.5, 0.75]),
    'high': quantile_disc(-x, [0.75, 0.5, 0.25])
};

-- Quartile 1, 2 or 3 as nsys prints it. This is an integer if the quartile is one of the values, and a decimal number
-- if it is the mean of two different values.
CREATE MACRO quarter_text(q, n) AS
    CASE WHEN q.low[n] = -q.high[n] THEN q.low[n]::VARCHAR ELSE ((q.low[n] - q.high[n]) / 2.0)::DOUBLE::VARCHAR END;

-- Three sizes in columns of width four, which is how nsys prints grids and blocks.
CREATE MACRO extent_text(x, y, z) AS format('{:>4d} {:>4d} {:>4d}', x, y, z);

-- The grid and block of a kernel, to distinguish its launches.
CREATE MACRO launch_text(grid_x, grid_y, grid_z, block_x, block_y, block_z) AS
    format('{}x{}x{} of {}x{}x{}', grid_x, grid_y, grid_z, block_x, block_y, block_z);

-- The process ID and the thread ID in nsys's global keys.
CREATE MACRO pid_of(key) AS (key >> 24) & 16777215;
CREATE MACRO tid_of(key) AS key & 16777215;

-- The time that an interval adds to the time covered by earlier intervals. Coverage ends at covered_ns (NULL before the
-- first interval).
CREATE MACRO added_ns(start_ns, end_ns, covered_ns) AS
    greatest(end_ns - greatest(start_ns, coalesce(covered_ns, start_ns)), 0);

-- The label of a kernel. A kernel without a label is represented by its name, shortened in the middle as in labels.
CREATE MACRO label_or(label, name) AS coalesce(label,
    CASE WHEN length(name) <= 48 THEN name ELSE left(name, 24) || '…' || right(name, 23) END);

-- A kernel name, prefixed with the name of the range that it is listed under, if any.
CREATE MACRO label_text(range_name, name) AS CASE WHEN range_name IS NULL THEN name ELSE range_name || '/' || name END;

-- A kernel name without the parts that nsys and ncu spell differently: casts of template arguments, a leading return
-- type void, suffixes of numbers, and spaces. true and false become 1 and 0.
CREATE MACRO kernel_spelling(name) AS
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        name,
        '\([A-Za-z_][\w: ]*\)(-?\d)', '\1', 'g'),
        '^(static )?void ', ''),
        '\btrue\b', '1', 'g'),
        '\bfalse\b', '0', 'g'),
        '\b(\d+)(u|l|ul|ull|ll|U|L|UL|ULL|LL)\b', '\1', 'g'),
        '\s*([<>,()&*\[\]])\s*', '\1', 'g');

-- The part of a normalized kernel name that ncu may keep. To remove namespaces, Nsight Compute 2025 deletes every match
-- of (\w+::)+[<\[]?, including the opening bracket of what follows. For example, a::<unnamed>::f becomes unnamed>::f,
-- and ()const::[lambda(int)] becomes ()lambda(int)]. Other releases keep one namespace or all of them, and the
-- brackets. Therefore, this macro deletes the same matches from the names in both nsys and ncu, then what remains of
-- unnamed namespaces, and then all brackets, because either name may have lost one bracket of a pair.
CREATE MACRO kernel_shortened(spelling) AS
    regexp_replace(regexp_replace(regexp_replace(
        spelling,
        '(\w+::)+[<\[]?', '', 'g'),
        '(<?unnamed>|\(anonymous namespace\)|\{anonymous\})::', '', 'g'),
        '[\[\]]', '', 'g');

-- The value that all rows have in common, ignoring NULL; NULL if the rows differ.
CREATE MACRO agreed(x) AS CASE WHEN min(x) = max(x) THEN min(x) END;

-- The number that the group of a regular expression matches in a string; NULL if there is no such number or it exceeds
-- 64 bits.
CREATE MACRO number_in(t, expression) AS try_cast(nullif(regexp_extract(t, expression, 1), '') AS BIGINT);

-- The number at a position in a list of digit strings; NULL if there is no such number or it exceeds 64 bits.
CREATE MACRO number_at(numbers, place) AS try_cast(numbers[place] AS BIGINT);

-- The sum of two values. An unknown value counts as 0; the sum is NULL if both are unknown.
CREATE MACRO either_sum(x, y) AS CASE WHEN x IS NOT NULL OR y IS NOT NULL THEN coalesce(x, 0) + coalesce(y, 0) END;

-- The value at a position (from 0) in a sorted list that is preceded by zeros. A negative position is one of the zeros.
CREATE MACRO at_or_zero(sorted, place) AS CASE WHEN place < 0 THEN 0 ELSE sorted[place + 1] END;

-- The median of x after padding with zeros to n values. x must not be negative.
CREATE MACRO median_with_zeros(x, n) AS (
    at_or_zero(list_sort(list(x::BIGINT)), ((n - 1) // 2 - n + count(*))::BIGINT)
    + at_or_zero(list_sort(list(x::BIGINT)), (n // 2 - n + count(*))::BIGINT)
) / 2;

-- The rolled-up form of a name. Addresses (0x...) and numbers between separators become *, and whitespace is collapsed.
CREATE MACRO rolled_up(x) AS trim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(left(x, 400),
    '0x[0-9a-fA-F]+', '0x*', 'g'),
    '(^|[._ /:#=\-\[(,])[0-9]+(\.[0-9]+)?($|[._ /:#=\-\])),])', '\1*\3', 'g'),
    '(^|[._ /:#=\-\[(,])[0-9]+(\.[0-9]+)?($|[._ /:#=\-\])),])', '\1*\3', 'g'),
    '\s+', ' ', 'g'));

-- A Python literal of dicts, lists, tuples, strings, numbers, True, False and None, as JSON; NULL for any other string.
-- The string is split into tokens, which takes RE2 linear time, and the JSON parser checks the result. Nothing is
-- executed. Strings with escapes are rejected. An unterminated string is a single token, so that no quote is tried
-- twice.
CREATE MACRO python_json(x) AS try_cast(array_to_string(list_transform(
    regexp_extract_all(x, '''(?:[^''\\]|\\.)*(?:''|$)|"(?:[^"\\]|\\.)*(?:"|$)|-?[0-9.]+(?:[eE][-+]?[0-9]+)?|\w+|\(\s*[-.\w]+\s*\)|[\[({]\s*,|,\s*[\])}]|\S', 0, 's'),
    lambda t: CASE
        WHEN t[1] IN ('''', '"') THEN CASE WHEN contains(t, '\') OR length(t) < 2 OR t[-1] <> t[1] THEN '?'
            ELSE to_json(t[2:-2])::VARCHAR END
        WHEN t = '(' THEN '['
        WHEN t = ')' THEN ']'
        WHEN t = 'None' THEN 'null'
        WHEN t IN ('True', 'False') THEN lower(t)
        WHEN regexp_matches(t, '^[A-Za-z_]') THEN '?'
        WHEN t[1] = ',' THEN replace(t[-1], ')', ']')
        ELSE t
    END), ' ') AS JSON);

-- Tensor sizes in a string such as [[8, 1024], []], as lists; NULL for any other string and for numbers beyond 64 bits.
CREATE MACRO sizes_of(x) AS CASE WHEN regexp_full_match(x,
    '\[(\[(-?[0-9]{1,18}(, ?-?[0-9]{1,18})*)?\](, ?\[(-?[0-9]{1,18}(, ?-?[0-9]{1,18})*)?\])*)?\]')
    THEN try_cast(x AS BIGINT[][]) END;

-- The product of sizes as a DOUBLE, which is exact below 2^53. It is 1 for an empty list.
CREATE MACRO product_of(x) AS coalesce(list_product(x), 1);

-- The bytes per element of a dtype, as named in PyTorch or in analytic/gpus; NULL for any other name.
CREATE MACRO element_bytes(dtype) AS CASE
    WHEN dtype IN ('float64', 'fp64') THEN 8
    WHEN dtype IN ('float32', 'fp32', 'tf32') THEN 4
    WHEN dtype IN ('float16', 'fp16', 'bfloat16', 'bf16') THEN 2
    WHEN dtype IN ('fp8', 'int8', 'float8_e4m3fn', 'float8_e5m2') THEN 1
END;

-- The statistics used to compare two captures: the count and sum of the durations x, 50 evenly spaced quantiles, and
-- the medians of the durations early and late in the capture.
CREATE MACRO profile(x, is_early) AS {
    'instance_count': count(*),
    'sum_ns': sum(x)::BIGINT,
    'quantiles': quantile_disc(x, [
        0.01, 0.03, 0.05, 0.07, 0.09, 0.11, 0.13, 0.15, 0.17, 0.19, 0.21, 0.23, 0.25, 0.27, 0.29, 0.31, 0.33,
        0.35, 0.37, 0.39, 0.41, 0.43, 0.45, 0.47, 0.49, 0.51, 0.53, 0.55, 0.57, 0.59, 0.61, 0.63, 0.65, 0.67,
        0.69, 0.71, 0.73, 0.75, 0.77, 0.79, 0.81, 0.83, 0.85, 0.87, 0.89, 0.91, 0.93, 0.95, 0.97, 0.99]),
    'early_median_ns': median(x) FILTER (is_early),
    'late_median_ns': median(x) FILTER (NOT is_early)
};

-- Convert a time on a rank's own clock to the clock of the first file. The other arguments are columns of rank_clock.
CREATE MACRO on_first_clock(at_ns, pivot_ns, offset_ns, drift_ppm) AS
    at_ns + offset_ns + round((at_ns - pivot_ns) * drift_ppm / 1e6)::BIGINT;

-- Whether an interval is in the requested time window, as nsys's reports define it. The end of the window is exclusive.
-- Without a window, every interval is included.
CREATE MACRO lies_in(start_ns, end_ns, first_ns, last_ns) AS (first_ns IS NULL AND last_ns IS NULL)
    OR (start_ns >= coalesce(first_ns, 0) AND start_ns < coalesce(last_ns, 9223372036854775807))
    OR (end_ns >= coalesce(first_ns, 0) AND end_ns < coalesce(last_ns, 9223372036854775807))
    OR (start_ns < coalesce(first_ns, 0) AND end_ns >= coalesce(last_ns, 9223372036854775807));

-- Whether an interval is in the requested time window, as nsys's recipes define it. Both ends of the window are
-- inclusive. An interval without an end does not overlap any window that has a start.
CREATE MACRO touches(start_ns, end_ns, first_ns, last_ns) AS
    (last_ns IS NULL OR start_ns <= last_ns) AND (first_ns IS NULL OR coalesce(end_ns >= first_ns, false));

-- The value at a position (from 1) in sorted rows. upto contains, for each value, the number of rows up to and
-- including this value.
CREATE MACRO value_at(x, upto, place) AS min(x) FILTER (upto >= place);

-- Quartile 1, 2 or 3 of n sorted rows, as nsys's reports define it: if the position is between two values, the quartile
-- is their mean.
CREATE MACRO halved_quarter(x, upto, n, quarter) AS
    (value_at(x, upto, (n * quarter + 3) // 4) + value_at(x, upto, n + 1 - (n * (4 - quarter) + 3) // 4)) / 2.0;

-- Quartile 1, 2 or 3 of n sorted rows, interpolated linearly between the two values.
CREATE MACRO linear_quarter(x, upto, n, quarter) AS
    value_at(x, upto, (n - 1) * quarter // 4 + 1)
    + (value_at(x, upto, ((n - 1) * quarter + 3) // 4 + 1) - value_at(x, upto, (n - 1) * quarter // 4 + 1))
    * (any_value((n - 1) * quarter % 4) / 4.0);

-- Exact statistics for rows (file_number, file, name, value, count), where count is the number of times the file has
-- this value for the name. There is one result per name and file, and one per name across all files, for which file is
-- NULL. place numbers the files that have rows. lowest and highest list the files with the smallest and largest values.
CREATE MACRO spread_by_file(rows) AS TABLE (
    WITH one AS (
        SELECT file_number, file, name, value, sum(count) AS count FROM query_table(rows) GROUP BY ALL
    ),
    either AS (
        SELECT file_number AS part, * FROM one
        UNION ALL SELECT NULL, * FROM one
    ),
    placed AS (
        SELECT *, sum(count) OVER upto AS upto, sum(count) OVER whole AS total,
            sum(value::HUGEINT * count) OVER whole AS sum, min(value) OVER whole AS least,
            max(value) OVER whole AS most
        FROM either
        WINDOW whole AS (PARTITION BY part, name), upto AS (PARTITION BY part, name ORDER BY value)
    )
    SELECT part AS file_number, CASE WHEN part IS NOT NULL THEN any_value(file) END AS file, name,
        CASE WHEN part IS NOT NULL THEN dense_rank() OVER (ORDER BY part NULLS FIRST) - 2 END AS place,
        any_value(total)::BIGINT AS count, any_value(sum)::BIGINT AS sum,
        any_value(sum)::DOUBLE / any_value(total) AS mean,
        any_value(least) AS min, any_value(most) AS max,
        sqrt(sum(count * (value - sum::DOUBLE / total) ** 2) / nullif(any_value(total) - 1, 0)) AS stddev,
        halved_quarter(value, upto, total, 1) AS q1, halved_quarter(value, upto, total, 2) AS median,
        halved_quarter(value, upto, total, 3) AS q3,
        linear_quarter(value, upto, total, 1) AS q1_linear, linear_quarter(value, upto, total, 3) AS q3_linear,
        CASE WHEN part IS NULL THEN string_agg(file, ', ' ORDER BY file_number) FILTER (value = least) END AS lowest,
        CASE WHEN part IS NULL THEN string_agg(file, ', ' ORDER BY file_number) FILTER (value = most) END AS highest
    FROM placed
    GROUP BY part, name
);

-- For rows (file_number, file, number, start_ns, end_ns, session_ns): the iterations in each file, ordered by number
-- and counted from 0, with the gap since the end of the previous iteration. Times are shifted by the delay between the
-- start of the first session and the start of the file's session. place numbers the files that have rows.
CREATE MACRO pace_by_file(rows) AS TABLE (
    WITH placed AS (
        SELECT file_number, file, dense_rank() OVER (ORDER BY file_number) - 1 AS place,
            row_number() OVER (PARTITION BY file_number ORDER BY number) - 1 AS iteration, start_ns, end_ns,
            coalesce(session_ns - min(session_ns) OVER (PARTITION BY 1), 0) AS later_ns,
            start_ns - coalesce(lag(end_ns) OVER (PARTITION BY file_number ORDER BY number), 0) AS delta_ns
        FROM query_table(rows)
    )
    SELECT file_number, file, place, iteration, start_ns + later_ns AS start_ns, end_ns + later_ns AS end_ns,
        end_ns - start_ns AS duration_ns, delta_ns,
        sum(end_ns - start_ns) OVER until::BIGINT AS duration_accum_ns,
        sum(delta_ns) OVER until::BIGINT AS delta_accum_ns
    FROM placed
    WINDOW until AS (PARTITION BY file_number ORDER BY iteration ROWS UNBOUNDED PRECEDING)
);

-- For rows (part, start_ns, end_ns, origin_ns, width_ns, bin_count): the time for which the intervals of a part run in
-- each of bin_count bins of width_ns, starting at origin_ns. The times of concurrent intervals add up. The last three
-- columns must be the same for all rows of a part. This takes linear time: up to a time t, the intervals have run for
-- the sum of t - start over the intervals that have started, minus the sum of t - end over the intervals that have
-- ended.
CREATE MACRO running_by_bin(rows) AS TABLE (
    WITH edge AS (
        SELECT part, width_ns, bin_count, greatest(start_ns - origin_ns, 0) AS at_ns, 1 AS sign FROM query_table(rows)
        UNION ALL
        SELECT part, width_ns, bin_count, greatest(end_ns - origin_ns, start_ns - origin_ns, 0), -1
        FROM query_table(rows)
    ),
    cell AS (
        SELECT part, width_ns, bin_count, least(at_ns // width_ns, bin_count) AS bin, sum(sign) AS count,
            sum(sign * at_ns::HUGEINT) AS at_ns
        FROM edge
        GROUP BY ALL
    ),
    bound AS (
        SELECT part, width_ns, bin_count, unnest(generate_series(0, bin_count)) AS bin
        FROM (SELECT DISTINCT part, width_ns, bin_count FROM query_table(rows))
    ),
    until AS (
        SELECT part, bin, bin_count,
            coalesce(bin * b.width_ns::HUGEINT * sum(c.count) OVER earlier - sum(c.at_ns) OVER earlier, 0) AS ns
        FROM bound AS b LEFT JOIN cell AS c USING (part, bin_count, bin)
        WINDOW earlier AS (PARTITION BY part ORDER BY bin ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    )
    SELECT part, bin, (lead(ns) OVER (PARTITION BY part ORDER BY bin) - ns)::BIGINT AS running_ns
    FROM until
    QUALIFY bin < bin_count
);

-- The share of a bin during which intervals run, in percent; NULL for a bin outside the session from first_ns to
-- last_ns. The session covers only part of its first and last bins. The time outside the session is unknown. As in
-- NVIDIA's recipe, a session that starts at the start of a bin and ends in the same bin counts as if it covered the
-- whole bin.
CREATE MACRO percent_of_bin(running_ns, bin, width_ns, first_ns, last_ns) AS
    CASE WHEN bin BETWEEN first_ns // width_ns AND last_ns // width_ns THEN round(100.0 * running_ns / nullif(
        CASE WHEN bin = first_ns // width_ns AND first_ns % width_ns <> 0
            THEN least((bin + 1) * width_ns, last_ns) - first_ns
        WHEN bin = last_ns // width_ns AND bin > first_ns // width_ns AND last_ns % width_ns <> 0
            THEN last_ns - bin * width_ns
        ELSE width_ns END, 0), 1) END;

-- For kernel rows (name_id, instance_count, sum_ns, stake_ns): the sums, and the name with the largest stake_ns. Empty
-- if there are no rows.
CREATE MACRO all_kernels(rows) AS TABLE (
    WITH named AS (
        SELECT name_id, sum(instance_count) AS instance_count, sum(sum_ns) AS sum_ns, sum(stake_ns) AS stake_ns
        FROM query_table(rows) GROUP BY name_id
    )
    SELECT arg_max(name_id, stake_ns) AS name_id, sum(instance_count)::BIGINT AS instance_count,
        sum(sum_ns)::BIGINT AS sum_ns, sum(stake_ns)::BIGINT AS stake_ns
    FROM named
    HAVING count(*) > 0
);

-- For copy rows (kind, copied_bytes, duration_ns): the sums, and the copy direction that takes the most time. Empty if
-- there are no rows.
CREATE MACRO all_copies(rows) AS TABLE (
    WITH named AS (
        SELECT coalesce(kind, 'Unknown') AS kind, count(*) AS copy_count, sum(copied_bytes) AS copied_bytes,
            sum(duration_ns) AS sum_ns
        FROM query_table(rows) GROUP BY ALL
    )
    SELECT arg_max(kind, sum_ns) AS subject, sum(copy_count)::BIGINT AS copy_count,
        sum(copied_bytes)::BIGINT AS copied_bytes, sum(sum_ns)::BIGINT AS sum_ns,
        sum(copied_bytes) * 1e9 / nullif(sum(sum_ns), 0) AS bandwidth_bytes_per_s
    FROM named
    HAVING count(*) > 0
);

-- The time that copies take in excess of the time at 20 GB/s, a rate that pinned copies reach over PCIe 4.0 x16.
CREATE MACRO beyond_pinned_ns(sum_ns, copied_bytes) AS greatest(sum_ns - copied_bytes / 20, 0)::BIGINT;

-- The stage to which the operations launched in a piece of a range are attributed, or the reason why there is none.
CREATE MACRO owner_text(piece_id, stage) AS
    CASE WHEN piece_id IS NULL THEN '(unattributed)' ELSE coalesce(stage, '(outside every stage)') END;

-- The path of a name below another path (NULL for a name at the top level). Paths of more than 4,000 characters do not
-- grow further. All names below such a path share the path ending in /... instead.
CREATE MACRO path_below(path, name) AS CASE WHEN path IS NULL THEN name WHEN length(path) <= 4000 THEN path || '/' || name
    WHEN ends_with(path, '/...') THEN path ELSE path || '/...' END;
CREATE MACRO grows(path) AS length(path) <= 4000 OR NOT ends_with(path, '/...');

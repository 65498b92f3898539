-- SQL macros shared by the queries and created in every connection. They aggregate durations and sizes, format names,
-- and parse strings.

-- Count, sum, mean, median, minimum, maximum and sample standard deviation of x (0 for a single value).
CREATE MACRO spread(x) AS {
    'count': count(*),
    'sum': sum(x)::BIGINT,
    'mean': sum(x)::DOUBLE / count(x),
    'median': median(x),
    'min': min(x),
    'max': max(x),
    'stddev': coalesce(stddev_samp(x), 0)
};

-- The same statistics of x. If is_short is true, all x fit in 32 bits, and the median needs half the memory.
CREATE MACRO spread_of_short(x, is_short) AS {
    'count': count(*),
    'sum': sum(x)::BIGINT,
    'mean': sum(x)::DOUBLE / count(x),
    'median': coalesce(median(TRY_CAST(x AS INTEGER)) FILTER (is_short), median(x) FILTER (NOT is_short)),
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

-- The exact sum of the squares of integers x. Squares that do not fit in 64 bits are rare and take longer.
CREATE MACRO sum_of_squares(x) AS
    sum(CASE WHEN x BETWEEN -3000000000 AND 3000000000 THEN x::BIGINT * x::BIGINT ELSE 0 END)
    + coalesce(sum(CASE WHEN x NOT BETWEEN -3000000000 AND 3000000000 THEN x::HUGEINT * x END), 0);

-- Sample standard deviation of integers x; NULL for a single value. It is computed from exact sums, so the result does
-- not depend on the order in which threads deliver the rows. With stddev_samp, the last digits depend on that order.
-- The integer part of the mean is subtracted first, which avoids cancellation between large squares.
CREATE MACRO deviation_of(n, total, squares) AS sqrt(((
        squares - 2 * (total // n) * total + n * (total // n) * (total // n)
    )::DOUBLE - (total % n)::DOUBLE ** 2 / n) / nullif(n - 1, 0));
CREATE MACRO deviation(x) AS deviation_of(count(x), sum(x), sum_of_squares(x));

-- The values at one quarter, one half and three quarters of the sorted values, from the smallest value up (low) and
-- from the largest value down (high, negated). The two differ if the position is between two values.
CREATE MACRO quarters(x) AS {
    'low': quantile_disc(x, [0.25, 0.5, 0.75]),
    'high': quantile_disc(-x, [0.75, 0.5, 0.25])
};

-- Quartile 1, 2 or 3 as nsys prints it: an integer if it is one of the values, or a decimal number if it is the mean of
-- two different values.
CREATE MACRO quarter_text(q, n) AS
    CASE WHEN q.low[n] = -q.high[n] THEN q.low[n]::VARCHAR ELSE ((q.low[n] - q.high[n]) / 2.0)::DOUBLE::VARCHAR END;

-- Three sizes in four-character columns, as nsys prints grids and blocks.
CREATE MACRO extent_text(x, y, z) AS format('{:>4d} {:>4d} {:>4d}', x, y, z);

-- A kernel's grid and block, which distinguish its launches.
CREATE MACRO launch_text(grid_x, grid_y, grid_z, block_x, block_y, block_z) AS
    format('{}x{}x{} of {}x{}x{}', grid_x, grid_y, grid_z, block_x, block_y, block_z);

-- The process ID or thread ID in nsys's global keys.
CREATE MACRO pid_of(key) AS (key >> 24) & 16777215;
CREATE MACRO tid_of(key) AS key & 16777215;

-- The time in an interval that earlier intervals do not cover. Earlier intervals end at covered_ns (NULL for the first
-- interval).
CREATE MACRO added_ns(start_ns, end_ns, covered_ns) AS
    greatest(end_ns - greatest(start_ns, coalesce(covered_ns, start_ns)), 0);

-- A kernel's label, or its name if it has no label. A name of more than 48 characters, the maximum for labels, is
-- shortened in the middle.
CREATE MACRO label_or(label, name) AS coalesce(label,
    CASE WHEN length(name) <= 48 THEN name ELSE left(name, 24) || '…' || right(name, 23) END);

-- A kernel name, prefixed with the name of the range under which it is listed, if any.
CREATE MACRO label_text(range_name, name) AS CASE WHEN range_name IS NULL THEN name ELSE range_name || '/' || name END;

-- A kernel name without the parts that nsys and ncu spell differently: casts in template arguments, a leading return
-- type void, suffixes of numbers, and whitespace around punctuation. true and false become 1 and 0.
CREATE MACRO kernel_spelling(name) AS
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        name,
        '\([A-Za-z_][\w: ]*\)(-?\d)', '\1', 'g'),
        '^(static )?void ', ''),
        '\btrue\b', '1', 'g'),
        '\bfalse\b', '0', 'g'),
        '\b(\d+)(u|l|ul|ull|ll|U|L|UL|ULL|LL)\b', '\1', 'g'),
        '\s*([<>,()&*\[\]])\s*', '\1', 'g');

-- The part of such a spelling that remains in ncu output. To remove namespaces, Nsight Compute 2025 deletes every match
-- of (\w+::)+[<\[]?, which includes the opening bracket of the next part: a::<unnamed>::f becomes unnamed>::f, and
-- ()const::[lambda(int)] becomes ()lambda(int)]. Other releases keep brackets and either one namespace or all
-- namespaces. This macro is applied to names from both tools. It deletes the same matches, then the remains of unnamed
-- namespaces, and then all square brackets, because one of a pair may be missing in one of the names.
CREATE MACRO kernel_shortened(spelling) AS
    regexp_replace(regexp_replace(regexp_replace(
        spelling,
        '(\w+::)+[<\[]?', '', 'g'),
        '(<?unnamed>|\(anonymous namespace\)|\{anonymous\})::', '', 'g'),
        '[\[\]]', '', 'g');

-- The value that all rows agree on, ignoring NULL; NULL if the values differ.
CREATE MACRO agreed(x) AS CASE WHEN min(x) = max(x) THEN min(x) END;

-- The number that the group of a regular expression matches in a string; NULL if there is no match or if the number
-- exceeds 64 bits.
CREATE MACRO number_in(t, expression) AS try_cast(nullif(regexp_extract(t, expression, 1), '') AS BIGINT);

-- The number at a position in a list of digit strings; NULL if the position does not exist or if the number exceeds 64
-- bits.
CREATE MACRO number_at(numbers, place) AS try_cast(numbers[place] AS BIGINT);

-- The sum of two values, either of which may be NULL; NULL if both are NULL.
CREATE MACRO either_sum(x, y) AS CASE WHEN x IS NOT NULL OR y IS NOT NULL THEN coalesce(x, 0) + coalesce(y, 0) END;

-- The median of counted values: value_count values in sorted order, of which zero_count zeros come first, and last_place
-- is the position (from 1) of the last value x. To compute it, equal values are counted before they are sorted. Values
-- are often equal, and both steps can spill to disk. median() holds every value in memory.
CREATE MACRO value_at_place(x, last_place, zero_count, place) AS
    min(CASE WHEN place <= zero_count THEN 0 WHEN last_place >= place THEN x END);
CREATE MACRO counted_median(x, last_place, zero_count, value_count) AS (
    value_at_place(x, last_place, zero_count, (value_count + 1) // 2)
    + value_at_place(x, last_place, zero_count, value_count // 2 + 1)
) / 2;

-- The rolled-up form of a name: addresses 0x... become 0x*, numbers between separators become *, and white space is
-- collapsed. Only the first 400 characters are used.
CREATE MACRO rolled_up(x) AS trim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(left(x, 400),
    '0x[0-9a-fA-F]+', '0x*', 'g'),
    '(^|[._ /:#=\-\[(,])[0-9]+(\.[0-9]+)?($|[._ /:#=\-\])),])', '\1*\3', 'g'),
    '(^|[._ /:#=\-\[(,])[0-9]+(\.[0-9]+)?($|[._ /:#=\-\])),])', '\1*\3', 'g'),
    '\s+', ' ', 'g'));

-- A Python literal of dicts, lists, tuples, strings, numbers, True, False and None as JSON; NULL for any other input.
-- RE2 splits the input into tokens in linear time, and the JSON parser validates the result. Nothing is executed.
-- Strings with escapes are rejected. An unterminated string is a single token, so that no quote is tried twice.
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

-- Tensor sizes in a string such as [[8, 1024], []], as lists; NULL for any other string and for numbers with more than
-- 18 digits.
CREATE MACRO sizes_of(x) AS CASE WHEN regexp_full_match(x,
    '\[(\[(-?[0-9]{1,18}(, ?-?[0-9]{1,18})*)?\](, ?\[(-?[0-9]{1,18}(, ?-?[0-9]{1,18})*)?\])*)?\]')
    THEN try_cast(x AS BIGINT[][]) END;

-- The product of sizes (1 for an empty list), as a DOUBLE. It is exact below 2^53.
CREATE MACRO product_of(x) AS coalesce(list_product(x), 1);

-- The number of bytes per element of a dtype, given its name in PyTorch or in analytic/gpus; NULL for any other name.
CREATE MACRO element_bytes(dtype) AS CASE
    WHEN dtype IN ('float64', 'fp64') THEN 8
    WHEN dtype IN ('float32', 'fp32', 'tf32') THEN 4
    WHEN dtype IN ('float16', 'fp16', 'bfloat16', 'bf16') THEN 2
    WHEN dtype IN ('fp8', 'int8', 'float8_e4m3fn', 'float8_e5m2') THEN 1
END;

-- The statistics used to compare two captures: the count and sum of the durations x, 50 evenly spaced quantiles, and
-- the median durations early and late in the capture.
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

-- Whether an interval overlaps the requested time window, as defined by nsys's reports: the end of the window is
-- exclusive. Without a window, the result is true for every interval.
CREATE MACRO lies_in(start_ns, end_ns, first_ns, last_ns) AS (first_ns IS NULL AND last_ns IS NULL)
    OR (start_ns >= coalesce(first_ns, 0) AND start_ns < coalesce(last_ns, 9223372036854775807))
    OR (end_ns >= coalesce(first_ns, 0) AND end_ns < coalesce(last_ns, 9223372036854775807))
    OR (start_ns < coalesce(first_ns, 0) AND end_ns >= coalesce(last_ns, 9223372036854775807));

-- The same test as defined by nsys's recipes: both ends of the window are inclusive. An interval without an end does
-- not overlap any window that has a start.
CREATE MACRO touches(start_ns, end_ns, first_ns, last_ns) AS
    (last_ns IS NULL OR start_ns <= last_ns) AND (first_ns IS NULL OR coalesce(end_ns >= first_ns, false));

-- The value at a position (from 1) in sorted rows. upto is the number of rows up to and including each value.
CREATE MACRO value_at(x, upto, place) AS min(x) FILTER (upto >= place);

-- Quartile 1, 2 or 3 of n such rows, as defined by nsys's reports: if the position is between two values, their mean.
CREATE MACRO halved_quarter(x, upto, n, quarter) AS
    (value_at(x, upto, (n * quarter + 3) // 4) + value_at(x, upto, n + 1 - (n * (4 - quarter) + 3) // 4)) / 2.0;

-- Quartile 1, 2 or 3 of n such rows, interpolated linearly between the two nearest values.
CREATE MACRO linear_quarter(x, upto, n, quarter) AS
    value_at(x, upto, (n - 1) * quarter // 4 + 1)
    + (value_at(x, upto, ((n - 1) * quarter + 3) // 4 + 1) - value_at(x, upto, (n - 1) * quarter // 4 + 1))
    * (any_value((n - 1) * quarter % 4) / 4.0);

-- Exact statistics per name and file, and per name across all files, where file is NULL. The input rows are
-- (file_number, file, name, value, count), where count is how often a file has the value under the name. place is the
-- position of a file among the files that have rows, from 0. lowest and highest list the files with the smallest and
-- largest value.
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

-- The iterations in each file, in order of number and renumbered from 0, with the gap since the end of the previous
-- iteration. The input rows are (file_number, file, number, start_ns, end_ns, session_ns). Times are shifted by the
-- delay between the first session and the file's session. place is the position of a file among the files that have
-- rows, from 0.
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

-- How long the intervals of each part run in each of bin_count bins of width_ns, starting at origin_ns. The input rows
-- are (part, start_ns, end_ns, origin_ns, width_ns, bin_count). Concurrent intervals add up. The last three columns
-- must be the same for all rows of a part. The computation takes linear time: up to a time t, the intervals have run
-- for the sum of t - start over the intervals that have started, minus the sum of t - end over the intervals that have
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

-- The percentage of a bin during which intervals run; NULL for a bin outside the session, which lasts from first_ns to
-- last_ns. The session may cover only part of its first and last bins. Only the covered part is used, because nothing
-- is known about the time outside the session. As in NVIDIA's recipe, a session that begins at the start of a bin and
-- ends in the same bin is treated as if it covered the whole bin.
CREATE MACRO percent_of_bin(running_ns, bin, width_ns, first_ns, last_ns) AS
    CASE WHEN bin BETWEEN first_ns // width_ns AND last_ns // width_ns THEN round(100.0 * running_ns / nullif(
        CASE WHEN bin = first_ns // width_ns AND first_ns % width_ns <> 0
            THEN least((bin + 1) * width_ns, last_ns) - first_ns
        WHEN bin = last_ns // width_ns AND bin > first_ns // width_ns AND last_ns % width_ns <> 0
            THEN last_ns - bin * width_ns
        ELSE width_ns END, 0), 1) END;

-- Sums over all kernels, and the kernel name with the largest stake_ns. The input rows are (name_id, instance_count,
-- sum_ns, stake_ns). The result is empty if there are no rows.
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

-- Sums over all copies, and the direction with the most time. The input rows are (kind, copied_bytes, duration_ns). The
-- result is empty if there are no rows.
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

-- The time that copies take in excess of the time they would take at 20 GB/s, which pinned copies reach over PCIe 4.0
-- x16.
CREATE MACRO beyond_pinned_ns(sum_ns, copied_bytes) AS greatest(sum_ns - copied_bytes / 20, 0)::BIGINT;

-- The stage that owns the operations launched in a range piece, or the reason why no stage does.
CREATE MACRO owner_text(piece_id, stage) AS
    CASE WHEN piece_id IS NULL THEN '(unattributed)' ELSE coalesce(stage, '(outside every stage)') END;

-- The path of a name below another path, which is NULL for an outermost name. All names below a path of more than 4000
-- characters share one path, which is that path followed by /..., and paths stop growing there.
CREATE MACRO path_below(path, name) AS CASE WHEN path IS NULL THEN name WHEN length(path) <= 4000 THEN path || '/' || name
    WHEN ends_with(path, '/...') THEN path ELSE path || '/...' END;
CREATE MACRO grows(path) AS length(path) <= 4000 OR NOT ends_with(path, '/...');

-- Whether a gap is too long to be caused by launch overhead alone.
CREATE MACRO is_long_gap(gap_ns) AS gap_ns >= 1000000;

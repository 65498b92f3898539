-- One row per interval in which a GPU runs operations for less than 50 % of the time (the `threshold` setting changes
-- the limit), ordered by used_percent, lowest first. The durations of concurrent operations are summed.
--
-- number        BIGINT   -   row number, starting at 1
-- used_percent  DOUBLE   -   total duration of operations as a percentage of the interval
-- duration_ns   BIGINT   ns  duration of the interval
-- start_ns      BIGINT   ns  start time of the interval
-- pid           BIGINT   -   process ID
-- device_id     BIGINT   -   CUDA device ordinal in the process
-- context_id    BIGINT   -   CUDA context
-- global_id     BIGINT   -   process key (nsys's globalPid)
-- api           VARCHAR  -   recorded API, always cuda
--
-- nsys: number = Row#
-- nsys: used_percent = In-Use:ratio_%
-- nsys: duration_ns = Duration:dur_ns
-- nsys: start_ns = Start:ts_ns
-- nsys: pid = PID
-- nsys: device_id = Device ID
-- nsys: context_id = Context ID
-- nsys: global_id = _Global ID
-- nsys: api = _API
SELECT
    r.number, r.used_percent, r.duration_ns, r.start_ns, r.pid, r.device_id, r.context_id, r.process_id AS
    global_id, 'cuda' AS api
FROM recipe__low_use AS r
ORDER BY r.number

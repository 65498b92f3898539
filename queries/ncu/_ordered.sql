-- One row per profiled launch whose key is shared by several kernel names in the trace, with the name inferred from
-- launch order. The nth launch in ncu with a given key, grid and block is matched to the nth such launch in the trace.
-- If the trace has no launch with that grid and block, it is matched to the nth launch with that key. The name is NULL
-- if the trace has fewer launches. correlation_id gives the launch order within a process.
WITH contested AS (SELECT DISTINCT key, name FROM ncu__candidate WHERE name_count > 1),
execution AS (
    SELECT c.key, c.name, k.grid_x, k.grid_y, k.grid_z, k.block_x, k.block_y, k.block_z,
        row_number() OVER (PARTITION BY c.key, k.grid_x, k.grid_y, k.grid_z, k.block_x, k.block_y, k.block_z
            ORDER BY k.process_id, k.correlation_id, k.start_ns, k.operation_id) AS place_in_shape,
        row_number() OVER (PARTITION BY c.key ORDER BY k.process_id, k.correlation_id, k.start_ns, k.operation_id) AS place
    FROM contested AS c
    JOIN (SELECT DISTINCT name, name_id FROM ncu__form) AS f USING (name)
    JOIN _kernel AS k USING (name_id)
),
shape AS (
    SELECT key, grid_x, grid_y, grid_z, block_x, block_y, block_z, min(name) AS name, count(DISTINCT name) AS name_count
    FROM execution
    GROUP BY ALL
),
launched AS (
    SELECT *,
        row_number() OVER (PARTITION BY key, grid_x, grid_y, grid_z, block_x, block_y, block_z ORDER BY number)
            AS place_in_shape,
        row_number() OVER (PARTITION BY key ORDER BY number) AS place
    FROM ncu__launch
    WHERE key IN (SELECT key FROM contested)
)
SELECT l.launch, CASE WHEN s.name_count = 1 THEN s.name WHEN s.name_count > 1 THEN e.name ELSE a.name END AS name
FROM launched AS l
LEFT JOIN shape AS s USING (key, grid_x, grid_y, grid_z, block_x, block_y, block_z)
LEFT JOIN execution AS e USING (key, grid_x, grid_y, grid_z, block_x, block_y, block_z, place_in_shape)
LEFT JOIN execution AS a ON a.key = l.key AND a.place = l.place

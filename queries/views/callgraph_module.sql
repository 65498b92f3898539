-- One row per group of the call graph, member and name that the member's ranges may have; unordered.
--
-- source: callgraph
--
-- group_id    INTEGER  -      place of the group in what callgraph group writes
-- line        VARCHAR  -      the group in words: model.layers[0..11] for 12
-- name        VARCHAR  -      its name: of the family without the index, or of the module; an index that varies is *
-- kind        VARCHAR  -      for: a family of alike modules; parfor: a module that its parent calls again
-- count       BIGINT   count  modules of the family; calls of a module by its parent
-- stage       VARCHAR  -      part of the model that it belongs to; NULL without one
-- parent      VARCHAR  -      the module that calls it; NULL: the model itself
-- member      VARCHAR  -      a module of the group, without what all names begin with
-- range_name  VARCHAR  -      a name that ranges of the member may have: as recorded, or in transformers or the hub's code
SELECT NULL::INTEGER AS group_id, NULL::VARCHAR AS line, NULL::VARCHAR AS name, NULL::VARCHAR AS kind,
    NULL::BIGINT AS count, NULL::VARCHAR AS stage, NULL::VARCHAR AS parent, NULL::VARCHAR AS member,
    NULL::VARCHAR AS range_name
WHERE false

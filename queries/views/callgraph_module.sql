-- One row per group of the call graph, member, and name that ranges of the member may have; unordered.
--
-- source: callgraph
--
-- group_id    INTEGER  -      position of the group in the output of callgraph group
-- line        VARCHAR  -      the group as text, such as model.layers[0..11] for 12 modules
-- name        VARCHAR  -      name of the family without the index, or of the module; an index that varies is *
-- kind        VARCHAR  -      for: a family of similar modules; parfor: a module that its parent calls repeatedly
-- count       BIGINT   count  modules in the family, or calls of the module by its parent
-- stage       VARCHAR  -      part of the model that the group belongs to; NULL if it has none
-- parent      VARCHAR  -      the module that calls it; NULL: the model itself
-- member      VARCHAR  -      a module of the group, without the prefix that all names share
-- range_name  VARCHAR  -      a name that ranges of the member may have: as recorded, or as in transformers or in the
--                             model's Hub code
SELECT NULL::INTEGER AS group_id, NULL::VARCHAR AS line, NULL::VARCHAR AS name, NULL::VARCHAR AS kind,
    NULL::BIGINT AS count, NULL::VARCHAR AS stage, NULL::VARCHAR AS parent, NULL::VARCHAR AS member,
    NULL::VARCHAR AS range_name
WHERE false

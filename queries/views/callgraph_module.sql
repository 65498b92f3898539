-- One row per call graph group, member of the group, and name that the member's ranges may have; unordered.
--
-- source: callgraph
--
-- group_id    INTEGER  -      position of the group in the output of `nsys-tools callgraph group`
-- line        VARCHAR  -      the group in text form, such as model.layers[0..11] for 12 modules
-- name        VARCHAR  -      name of the family without the index, or name of the module; * replaces an index that
--                             varies
-- kind        VARCHAR  -      for: family of similar modules; parfor: module that its parent calls repeatedly
-- count       BIGINT   count  for: number of modules in the family; parfor: number of calls from the parent
-- stage       VARCHAR  -      part of the model that the group belongs to; NULL if there is none
-- parent      VARCHAR  -      module that calls this one; NULL for the model itself
-- member      VARCHAR  -      module in the group, without the prefix that all names share
-- range_name  VARCHAR  -      name that the member's ranges may have: as recorded, as in transformers, or as in the
--                             model's Hub code
SELECT NULL::INTEGER AS group_id, NULL::VARCHAR AS line, NULL::VARCHAR AS name, NULL::VARCHAR AS kind,
    NULL::BIGINT AS count, NULL::VARCHAR AS stage, NULL::VARCHAR AS parent, NULL::VARCHAR AS member,
    NULL::VARCHAR AS range_name
WHERE false

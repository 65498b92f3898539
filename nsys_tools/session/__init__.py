"""DuckDB with the catalog of queries: dependencies, cache, results. Independent of file formats."""

"""DuckDB with the catalogue of queries: dependencies, cache, results. Independent of file formats."""

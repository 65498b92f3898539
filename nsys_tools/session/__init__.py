"""DuckDB over the catalogue of queries: dependencies, cache, results. It knows no file format."""

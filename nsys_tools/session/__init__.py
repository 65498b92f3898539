"""DuckDB and the query catalog: dependencies, cache and results. This package does not depend on file formats."""

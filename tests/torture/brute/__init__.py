"""The figures of a trace by brute force: quadratic Python over SQLite, based only on docs/concepts.

This package neither reads the SQL of nsys-tools nor imports nsys-tools. Each function restates a definition in
docs/concepts in the simplest way.
"""

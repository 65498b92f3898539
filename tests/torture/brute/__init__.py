"""The figures of a trace by brute force: quadratic Python over SQLite, written from docs/concepts.md alone.

Nothing here reads the SQL of nsys-tools or imports it. Each function is a definition of docs/concepts.md, said once
more in the plainest way.
"""

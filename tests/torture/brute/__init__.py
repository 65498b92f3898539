"""The figures of a trace by brute force: quadratic Python over SQLite, written from docs/concepts alone.

Nothing here reads the SQL of nsys-tools or imports it. Each function is a definition of docs/concepts, said once
more in the plainest way.
"""

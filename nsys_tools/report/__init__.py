"""Showing results: tables in the formats users know, and whole reports."""

"""Tests of copies that may be shared."""

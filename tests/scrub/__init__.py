"""Tests of copies that can be shared."""

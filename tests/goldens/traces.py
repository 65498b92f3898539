"""Every trace of the goldens, by name."""

from __future__ import annotations

from tests.goldens import cuda, ranges, schemas
from tests.goldens.build import TRACES, Golden

__all__ = ["TRACES", "Golden", "cuda", "ranges", "schemas"]

"""A copy of a trace without what it says of its machine, users and programs: what may be shared."""

from nsys_tools.scrubbing.scrubbed import Scrubbed, scrubbed_copy

__all__ = ["Scrubbed", "scrubbed_copy"]

"""A copy of a trace without what it says of its machine, users and programs: what may be shared."""

from nsys_tools.scrub.scrubbing import Scrubbed, scrubbed

__all__ = ["Scrubbed", "scrubbed"]

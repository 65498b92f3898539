"""Write copies of traces that can be shared, without data about the machine, its users or their programs."""

from nsys_tools.scrubbing.scrubbed import Scrubbed, scrubbed_copy

__all__ = ["Scrubbed", "scrubbed_copy"]

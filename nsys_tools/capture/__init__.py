"""Code that the workload scripts share, and the commands that run them to record a trace.

A workload script (``capture/<model>.py``) provides a model and its pages. This package provides the
NVTX ranges, the loop, the run folder, and the ``nsys`` and ``ncu`` commands.
"""

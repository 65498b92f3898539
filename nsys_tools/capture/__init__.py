"""Recording a trace: shared code of the workload scripts, and the commands that run them.

A workload script (``capture/<model>.py``) provides a model and its pages. This package provides the
NVTX ranges, the loop, the run folder, and the ``nsys`` and ``ncu`` commands.
"""

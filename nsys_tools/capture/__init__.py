"""Making a trace: what the workload scripts share, and the commands around them.

A workload script (``capture/<model>.py``) brings a model and its pages; this room brings the
NVTX ranges, the loop, the run folder, and the ``nsys`` and ``ncu`` commands.
"""

"""The analytic layer model: FLOPs, bytes and roofline time of each layer."""

"""The analytic layer model: what the mathematics needs."""

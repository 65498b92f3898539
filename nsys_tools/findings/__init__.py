"""What stands out in a trace, ranked by the nanoseconds at stake."""

"""Charts, drawn from small aggregated tables."""

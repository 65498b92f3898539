"""Several traces as one: what each rank's trace tells, gathered, numbered, and put on one clock."""

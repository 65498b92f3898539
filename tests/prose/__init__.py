"""The prose of the project: the word list and what looks for it, and a sample for reviews."""

"""The documentation: what its pages show is run, its reference and pictures are generated, its site is looked at."""

"""The documentation: examples on pages are run, the reference and pictures are generated, the site is checked."""

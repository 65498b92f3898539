"""Documentation: run the commands on its pages, generate the reference and the pictures, and check the site."""

"""``python -m nsys_tools``."""

from nsys_tools.cli import main

if __name__ == "__main__":
    main()

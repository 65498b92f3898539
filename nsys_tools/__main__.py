"""``python -m nsys_tools`` and ``nsys-tools``."""

import os
import signal


def main() -> None:
    """Run the command line; a signal that comes while it is still being imported ends it without a traceback."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda came, _: os._exit(128 + came))

    from nsys_tools.cli import main as run  # noqa: PLC0415

    run()


if __name__ == "__main__":
    main()

"""The entry point for ``python -m nsys_tools`` and ``nsys-tools``."""

import os
import signal

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def main() -> None:
    """Run the command-line interface. A signal during the import ends the process without a traceback."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda came, _: os._exit(128 + came))

    from nsys_tools.cli import main as run  # noqa: PLC0415

    try:
        run()
    finally:
        # The work is done. At exit, the interpreter restores the default handlers. A signal after that would make the
        # command look as if it had failed.
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    main()

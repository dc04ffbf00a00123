"""The command ``spongecalc``, also as ``python -m spongecalc``."""

from spongecalc.cli.exit_codes import STOPPED
from spongecalc.cli.library_warnings import quiet_libraries
from spongecalc.cli.stopping import is_interrupt, stop_cleanly


def main() -> None:
    """Entry point of the command."""
    try:
        stop_cleanly()
        # From here on Ctrl-C ends in one line.
        quiet_libraries()
        from spongecalc.cli.app import main as run  # noqa: PLC0415

        run()
    except KeyboardInterrupt:
        raise SystemExit(STOPPED) from None
    except SystemExit as end:
        raise SystemExit(STOPPED if end.code and is_interrupt(end) else end.code) from None


if __name__ == "__main__":
    main()

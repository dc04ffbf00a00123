"""``python -m spongecalc``."""

from spongecalc.cli.app import main

main()

"""The tables that ship with the package."""

from __future__ import annotations

from functools import cache
from importlib import resources

import pandas as pd


@cache
def _read(name: str) -> pd.DataFrame:
    file = resources.files("spongecalc.standards") / "data" / f"{name}.csv"
    if not file.is_file():
        raise KeyError(f"no table {name!r}; there are: {', '.join(names())}")
    with file.open(encoding="utf-8") as stream:
        return pd.read_csv(stream)


def table(name: str) -> pd.DataFrame:
    """A table by its name, as a frame of the caller's own.

    Raises
    ------
    KeyError
        If there is no such table; the message lists those there are.
    """
    return _read(name).copy()


def names() -> tuple[str, ...]:
    """Names of all tables."""
    folder = resources.files("spongecalc.standards") / "data"
    return tuple(sorted(f.name.removesuffix(".csv") for f in folder.iterdir() if f.name.endswith(".csv")))

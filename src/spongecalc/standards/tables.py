"""The tables that ship with the package."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

import pandas as pd


def _file(name: str) -> Traversable:
    file = resources.files("spongecalc.standards") / "data" / f"{name}.csv"
    if not file.is_file():
        raise KeyError(f"no table {name!r}; there are: {', '.join(names())}")
    return file


@cache
def _read(name: str) -> pd.DataFrame:
    with _file(name).open(encoding="utf-8") as stream:
        return pd.read_csv(stream)


def rows(name: str) -> list[dict[str, str]]:
    """A table's rows as they are written, by column.

    Raises
    ------
    KeyError
        If there is no such table; the message lists those there are.
    """
    with _file(name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def table(name: str) -> pd.DataFrame:
    """A table by its name, as a frame of the caller's own.

    Raises
    ------
    KeyError
        If there is no such table; the message lists those there are.
    """
    return _read(name).copy()


@cache
def names() -> tuple[str, ...]:
    """Names of all tables."""
    folder = resources.files("spongecalc.standards") / "data"
    return tuple(sorted(f.name.removesuffix(".csv") for f in folder.iterdir() if f.name.endswith(".csv")))

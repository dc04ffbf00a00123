"""A sweep as the report shows it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Swept:
    """A sweep by its name: the ``keys`` that it changes and its rows, as in sweeps/<name>.csv.

    ``table`` is None where its runs were not made for the layers as they are.
    """

    name: str
    keys: tuple[str, ...]
    table: pd.DataFrame | None

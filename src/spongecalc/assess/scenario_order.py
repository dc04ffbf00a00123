"""The order of scenarios in tables: the project's, or the latest first where a table begins with what is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd


def in_order(names: Sequence[str], *, latest_first: bool = False) -> Callable[[pd.Series], pd.Series]:
    """The key by which ``sort_values`` puts a column ``scenario`` in order, and other columns as they are.

    Parameters
    ----------
    names
        The project's scenarios, in order; one that is not among them comes behind.
    latest_first
        Turn the order round.
    """
    listed = list(reversed(names)) if latest_first else list(names)
    rank = {name: place for place, name in enumerate(listed)}

    def key(column: pd.Series) -> pd.Series:
        if column.name != "scenario":
            return column
        return column.map(lambda name: rank.get(name, len(rank))).astype(int)

    return key

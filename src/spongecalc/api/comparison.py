"""Two scenarios side by side: both values of every figure, and what lies between them."""

from __future__ import annotations

import pandas as pd

KEYS = ["community_id", "storm_id", "figure", "unit"]


def compared(answers: pd.DataFrame, a: str, b: str) -> pd.DataFrame:
    """A row per community, storm and figure, in the order of the answers: the values in two scenarios.

    Parameters
    ----------
    answers
        The long frame of an assessment: community_id, scenario, storm_id, figure, value, unit.
    a, b
        Names of the scenarios; they are the names of the columns.

    Returns
    -------
    DataFrame
        community_id, storm_id, figure, unit, the value in ``a``, the value in ``b``, and ``difference``, which is
        that in ``b`` less that in ``a``, empty for what is answered by a word. A figure that is not known
        in either is left out.
    """
    table = answers.fillna({"storm_id": "", "unit": ""})
    sides = [table[table["scenario"] == name].set_index(KEYS)["value"].rename(name) for name in (a, b)]
    order = table.drop_duplicates(KEYS).set_index(KEYS).index
    both = pd.concat([side.reindex(order) for side in sides], axis=1).dropna(how="all")
    numbers = both.map(lambda value: pd.to_numeric(value, errors="coerce"))
    both["difference"] = (numbers.iloc[:, 1] - numbers.iloc[:, 0]).astype("float64")
    return both.reset_index()

"""Numbers as surveys write them: 1.2, "1.2", and with their unit "120cm", "1.2 米"."""

from __future__ import annotations

import pandas as pd

from spongecalc.project.quantity import parse
from spongecalc.project.refused_value import RefusedValueError


def numbers_of(values: pd.Series, unit: str) -> tuple[pd.Series, pd.Series]:
    """The numbers that a field holds, NaN for what is none; and which of them stated their own unit.

    Parameters
    ----------
    values
        Numbers, or texts.
    unit
        The unit wanted, as pint spells it; "" for a pure number. A bare number is taken as it stands, a number
        with a unit that measures the same is converted.
    """
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    stated = pd.Series(False, index=values.index)
    texts = values[numbers.isna() & values.map(lambda v: isinstance(v, str) and v.strip() != "").astype(bool)]
    if texts.empty:
        return numbers, stated
    # A layer has few different texts: each is read once.
    read = {text: _with_unit(text, unit) for text in texts.unique()}
    found = texts.map(read).astype(float)
    numbers.loc[texts.index] = found
    stated.loc[texts.index] = found.notna()
    return numbers, stated


def _with_unit(text: str, unit: str) -> float:
    # "DN300" in a column of depths is a value of another column, and no depth of 0.3 m.
    if not unit or text.strip()[0] not in "+-.0123456789":
        return float("nan")
    try:
        return parse(text, unit)
    except RefusedValueError:
        return float("nan")

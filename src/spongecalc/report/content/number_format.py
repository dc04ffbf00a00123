"""A figure as it is written, by its column's unit: the same in the result tables and in the report."""

from __future__ import annotations

import math
import re
from numbers import Number

import pandas as pd

from spongecalc.decimals import decimals


def is_known(value: object) -> bool:
    """True where a cell holds a value at all: None, NaN and NA do not."""
    return value is not None and not (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def cell_text(column: str, value: object) -> str:
    """A cell as written in results/*.csv and in the report.

    Parameters
    ----------
    column
        Name of the column; its unit suffix decides the decimals.
    value
        A number, text, or nothing (None, NaN, NA), which becomes empty text.

    Returns
    -------
    str
        A number with the column's decimals and a point, never in exponent form for a column with a unit;
        a figure without a unit as an integer where it is one; true and false as "yes" and "no".
    """
    if not is_known(value):
        return ""
    if isinstance(value, bool) or type(value).__name__ in ("bool_", "bool"):
        return "yes" if value else "no"
    if not isinstance(value, Number):
        return str(value)
    number = float(value)  # type: ignore[arg-type]
    if math.isinf(number):
        return "inf" if number > 0 else "-inf"
    places = decimals(column)
    if places is None:
        written = f"{number:.0f}" if number.is_integer() else f"{number:.6g}"
    else:
        written = f"{number:.{places}f}"
    # A rounded small negative number must not look like one: "-0.00" and "0.00" are the same figure.
    return written.removeprefix("-") if float(written) == 0 else written


def places_shown(column: str, value: float) -> int | None:
    """Decimals that :func:`cell_text` writes a figure with; None where it writes an exponent or no figure."""
    places = decimals(column)
    if places is not None or not math.isfinite(value):
        return places
    written = cell_text(column, value)
    return None if "e" in written else len(written.partition(".")[2])


_WHOLE = re.compile(r"(?<![\w.,-])(-?)(\d{5,})(?=(\.\d+)?(?![\w.]))")


def grouped(text: str, lang: str) -> str:
    """A figure's text with thousands set apart as the language writes them.

    English sets a comma from five digits on, Chinese standards write them without a mark
    (GB/T 15835-2011 leaves it open). Text that holds no figure of its own stays as it is.
    """
    if lang != "en":
        return text
    return _WHOLE.sub(lambda m: f"{m[1]}{int(m[2]):,}", text)

"""Numbers as surveys write them: 1.2, "1.2", "1,2", "１.２", "1,623.11"; with their unit "120cm", "1.2 米"."""

from __future__ import annotations

import re

import pandas as pd

from spongecalc.project.quantity import parse
from spongecalc.project.refused_value import RefusedValueError

# 98,9 and 0,011, but not 1,623: that may be a thousand and more, or less than two.
DECIMAL_COMMA = re.compile(r"([+-]?)(0,\d+|\d+,(?:\d{1,2}|\d{4,}))(?=\D*$)")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:(?:,\d{3})+\.\d+|(?:,\d{3}){2,})(?=\D*$)")


# Digits, letters and signs alone: a small 3 above the line is no digit of the number.
HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def half_width(text: str) -> str:
    """Text with its full-width digits and signs as half-width ones."""
    return text.translate(HALF_WIDTH)


def numbers_of(values: pd.Series, unit: str) -> tuple[pd.Series, pd.Series]:
    """The numbers that a field holds, NaN for what is none; and which of them stated their own unit.

    Parameters
    ----------
    values
        Numbers, or texts.
    unit
        The unit wanted, as pint spells it; "" for a pure number. A bare number is taken as it stands, a number
        with a unit that measures the same is converted. A comma is a decimal point unless three digits follow
        it, which may be thousands: such a text is no number.
    """
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    stated = pd.Series(False, index=values.index)
    texts = values[numbers.isna() & values.map(lambda v: isinstance(v, str) and v.strip() != "").astype(bool)]
    if texts.empty:
        return numbers, stated
    # A layer has few different texts: each is read once.
    plain = {text: with_point(text) for text in texts.unique()}
    bare = pd.to_numeric(texts.map(plain), errors="coerce").astype(float)
    read = {text: _with_unit(t, unit) for text, t in plain.items()}
    found = texts.map(read).astype(float)
    numbers.loc[texts.index] = bare.where(bare.notna(), found)
    stated.loc[texts.index] = bare.isna() & found.notna()
    return numbers, stated


def number_of(text: str, unit: str) -> float:
    """The number of one text by the same rule, NaN for what is none.

    Parameters
    ----------
    text
        As it is typed in a bill or a price list.
    unit
        The unit wanted, as pint spells it; "" for a pure number.
    """
    plain = with_point(text)
    if "," in plain:
        return float("nan")
    try:
        return parse(plain, unit)
    except RefusedValueError:
        return float("nan")


def with_point(text: str) -> str:
    """Text in half-width signs with a decimal point, where its commas can mean but one thing."""
    text = half_width(text).strip()
    if THOUSANDS.match(text):
        return text.replace(",", "")
    return (
        DECIMAL_COMMA.sub(lambda m: m[0].replace(",", "."), text, count=1) if DECIMAL_COMMA.match(text) else text
    )


def _with_unit(text: str, unit: str) -> float:
    # "DN300" in a column of depths is a value of another column, and no depth of 0.3 m.
    if not unit or text.strip()[0] not in "+-.0123456789":
        return float("nan")
    try:
        return parse(text, unit)
    except RefusedValueError:
        return float("nan")

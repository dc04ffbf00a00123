"""Texts that a spreadsheet would calculate: told, kept from it by an apostrophe, and given back without."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

SIGNS = ("=", "+", "-", "@")
APOSTROPHE = "'"
# Signs that are no white space to Python, and that spreadsheets drop or do not show: of format and of control.
_UNSEEN = ("Cf", "Cc")
# Lines and tabs before a text are taken for the start of the next cell.
_BREAKS = ("\t", "\r", "\n")
_FIRST_IDEOGRAPH, _LAST_IDEOGRAPH = "\u4e00", "\u9fff"


def is_formula(text: str) -> bool:
    """True where a spreadsheet may calculate a cell that holds a text.

    Such a text begins with =, +, - or @, in any width (＝ ＋ － ＠, as Chinese keyboards write them),
    blanks before it or not, since programs trim them; or with a tab or the end of a line.
    """
    first = text[:1]
    if (first.isascii() and first.isalnum()) or _FIRST_IDEOGRAPH <= first <= _LAST_IDEOGRAPH:
        return False  # nearly every text: a workbook has half a million of them
    if text.startswith(_BREAKS):
        return True
    seen = next((c for c in text if not (c.isspace() or unicodedata.category(c) in _UNSEEN)), "")
    return unicodedata.normalize("NFKC", seen).startswith(SIGNS)


def guarded(text: str) -> str:
    """The text as a cell of a CSV file: with an apostrophe in front where a spreadsheet would calculate it.

    A text that has apostrophes in front of a formula of its own gets one more, so that :func:`unguarded` gives
    back what was there.
    """
    return f"{APOSTROPHE}{text}" if is_formula(text.lstrip(APOSTROPHE)) else text


def unguarded(cell: str) -> str:
    """The text that :func:`guarded` made a cell of."""
    if cell.startswith(APOSTROPHE) and is_formula(cell.lstrip(APOSTROPHE)):
        return cell.removeprefix(APOSTROPHE)
    return cell


def unguarded_table(table: pd.DataFrame) -> pd.DataFrame:
    """A table of results as it was before it was written: its texts and names without the guard's apostrophes."""
    texts = [c for c in table.columns if table[c].dtype.kind in "OUST"]
    plain = {c: table[c].map(lambda v: unguarded(v) if isinstance(v, str) else v) for c in texts}
    return table.assign(**plain).rename(columns=lambda name: unguarded(str(name)))

"""A value of a layer as files of other programs write it: exactly, or not at all."""

from __future__ import annotations

import math

import pandas as pd

from spongecalc.contract import SCHEMAS
from spongecalc.report.render.xml_text import UNFIT


def value_text(value: object) -> str | None:
    """A value as a text that reads back as the same number or words; None for a missing one."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, int | float):
        return number_text(float(value)) if math.isfinite(value) else None
    return str(value)


def number_text(value: float) -> str:
    """The shortest decimal that reads back as the same number, without a point where it is whole."""
    return repr(float(value)).removesuffix(".0")


def unfit(layer: str, row: object) -> bool:
    """True for a feature with a control character in one of its texts, which XML cannot hold."""
    values = (getattr(row, c.name, None) for c in SCHEMAS[layer].columns if c.kind != "number")
    return any(isinstance(v, str) and UNFIT.search(v) is not None for v in values)

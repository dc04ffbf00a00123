"""A change of runoff in words: a fall is told as one, a rise as a rise, never as a fall of less than nothing."""

from __future__ import annotations

from spongecalc.report.content.number_format import cell_text

RISES = "_rises"


def is_rise(reduction_percent: object) -> bool:
    """True where a reduction in percent is written below zero: the figure rises."""
    return cell_text("_percent", reduction_percent).startswith("-")


def told(key: str, reduction_percent: object) -> str:
    """The key of the text that tells the change: ``key`` of a fall, with "_rises" behind it of a rise."""
    return key + RISES if is_rise(reduction_percent) else key


def size(reduction_percent: object) -> object:
    """The change in percent as a text names it: of a rise without the sign."""
    return abs(float(str(reduction_percent))) if is_rise(reduction_percent) else reduction_percent

"""The font of plots: that of the report's package, which has Chinese characters."""

from __future__ import annotations

from functools import cache

from matplotlib.font_manager import FontProperties

from spongecalc.report.render.fonts import cjk_font_file


@cache
def plot_font() -> FontProperties:
    """The font for words in a plot; matplotlib's own lacks Chinese."""
    return FontProperties(fname=str(cjk_font_file()))

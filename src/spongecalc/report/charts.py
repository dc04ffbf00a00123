"""Charts as inline SVG, drawn by matplotlib: the hyetograph, and the runoff under it."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import escape
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

RAIN_COLOUR = "#7aa6c8"
LINES: Mapping[str, tuple[str, str]] = {"before": ("#8a6d3b", "--"), "after": ("#005b96", "-")}
INK = "#333333"

# Text stays text, so that the reader's own fonts show it; ids depend on the drawing alone.
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "spongecalc",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.unicode_minus": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "axes.labelcolor": INK,
    "legend.frameon": False,
}


def hyetograph_chart(intensity_mm_h: pd.Series, figure_id: str, words: Mapping[str, str]) -> str:
    """The intensity of a storm in mm/h by minutes, as bars; empty for an empty series.

    ``words`` holds the texts time, rain and label (what the chart shows, for those who cannot see it).
    """
    if intensity_mm_h.empty:
        return ""
    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 2.2), layout="constrained")
        axes = figure.add_subplot()
        _rain(axes, intensity_mm_h)
        axes.set_xlabel(words["time"])
        axes.set_ylabel(words["rain"])
        axes.spines["right"].set_visible(False)
        axes.set_ylim(bottom=0)
        return inline(figure, figure_id, words["label"])


def runoff_chart(
    runoff_l_s: Mapping[str, pd.Series],
    intensity_mm_h: pd.Series | None,
    figure_id: str,
    words: Mapping[str, str],
) -> str:
    """Runoff in l/s before and after, by minutes, with the storm hanging from the top.

    ``words`` holds the texts time, rain, flow, before, after and label. Empty when there is no runoff series.
    """
    known = {s: series.dropna() for s, series in runoff_l_s.items() if series is not None}
    known = {s: known[s] for s in LINES if s in known and not known[s].empty}
    if not known:
        return ""
    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 3.1), layout="constrained")
        axes = figure.add_subplot()
        for scenario, series in known.items():
            colour, dash = LINES[scenario]
            minutes = series.index.to_numpy(float)
            axes.plot(minutes, series.to_numpy(float), color=colour, linestyle=dash, label=words[scenario])
        top = max(float(s.max()) for s in known.values())
        axes.set_ylim(0, top * 1.55 if top > 0 else 1.0)
        axes.set_xlim(0, max(float(s.index.max()) for s in known.values()))
        axes.set_xlabel(words["time"])
        axes.set_ylabel(words["flow"])
        axes.grid(axis="y", color="#dddddd", linewidth=0.5)
        axes.legend(loc="center right")
        if intensity_mm_h is not None and not intensity_mm_h.empty:
            hanging = axes.twinx()
            _rain(hanging, intensity_mm_h)
            highest = float(intensity_mm_h.max())
            hanging.set_ylim(highest * 3.2 if highest > 0 else 1.0, 0)
            ticks = [t for t in hanging.get_yticks() if 0 <= t <= highest * 1.05]
            hanging.set_yticks(ticks)
            hanging.set_ylabel(words["rain"], loc="top")
        return inline(figure, figure_id, words["label"])


def _rain(axes: Axes, intensity_mm_h: pd.Series) -> None:
    start = intensity_mm_h.index.to_numpy(float)
    steps = np.diff(start)
    step = float(steps.min()) if len(steps) else 5.0
    axes.bar(start, intensity_mm_h.to_numpy(float), step * 0.9, align="edge", color=RAIN_COLOUR, linewidth=0)


def inline(figure: Figure, figure_id: str, label: str) -> str:
    """The figure's SVG for use inside a page: no prologue, no metadata, ids of its own, the page's font."""
    out = io.StringIO()
    with warnings.catch_warnings():
        # matplotlib's own font lacks Chinese; it only measures here, the browser draws the text.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(out, format="svg", metadata={"Date": None}, transparent=True)
    drawn = out.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    # matplotlib's style rule is for all elements: inside a page it would reach the maps too.
    drawn = re.sub(r"<style.*?</style>\s*", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r"<metadata>.*?</metadata>\s*", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r'\bid="', f'id="{figure_id}-', drawn)
    drawn = re.sub(r'((?:xlink:)?href="#|url\(#)', rf"\g<1>{figure_id}-", drawn)
    drawn = re.sub(r"font(?:-family)?:\s*([\d.]+px)?[^;\"]*'[^;\"]*", _size_only, drawn)
    drawn = re.sub(
        r'<svg [^>]*viewBox="([^"]*)"[^>]*>', rf'<svg class="chart" viewBox="\1" {_aria(label)}>', drawn
    )
    return drawn.replace("xlink:href", "href").strip()


def _size_only(found: re.Match[str]) -> str:
    return f"font-size: {found[1]}" if found[1] else ""


def _aria(label: str) -> str:
    return f'role="img" aria-label="{escape(label)}"'.replace("\\", "\\\\")

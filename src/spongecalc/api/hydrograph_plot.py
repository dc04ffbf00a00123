"""A hydrograph drawn with matplotlib, with the rain hanging from the top of the drawing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from spongecalc.api.plot_font import plot_font
from spongecalc.language import has_text, text

RAIN = "#7fa8c9"
RAIN_AXES = "hyetograph"
# The rain takes the upper third of the drawing, the curves what is below it.
RAIN_SHARE, ROOM_SHARE = 3.2, 0.5


def draw_hydrograph(
    ax: Axes,
    series: pd.DataFrame,
    quantity: str,
    hyetograph: pd.Series | None,
    language: str,
    **line: Any,
) -> Axes:
    """Draw columns of a frame over its minutes.

    Parameters
    ----------
    ax : Axes
        Where to draw; rain that stands there already is not drawn again.
    series : DataFrame
        Minutes from the start of the run -> a column per curve.
    quantity : str
        What they are, for the axis.
    hyetograph : Series or None
        Intensity by the start of each step [mm/h over min].
    language : str
        "zh" or "en".
    **line
        As matplotlib's ``plot`` takes them, such as color and linestyle.
    """
    font = plot_font()
    for name in series.columns:
        ax.plot(series.index, series[name], **{"label": name, **line})
    ax.set_xlabel(text("api.plot.minutes", language), fontproperties=font)
    ax.set_ylabel(_axis_title(quantity, language), fontproperties=font)
    if hyetograph is not None and not _has_rain(ax):
        _draw_rain(ax, hyetograph, language)
    if _has_rain(ax) and series.size:
        _below_the_rain(ax)
    ax.legend(prop=font, loc="center right", frameon=False)
    return ax


def _axis_title(quantity: str, language: str) -> str:
    """Return the name of a quantity; the concentration of a tracer has its own."""
    key = f"api.quantity.{quantity}"
    return text(key, language) if has_text(key, language) else quantity


def _has_rain(ax: Axes) -> bool:
    return any(
        other.get_label() == RAIN_AXES for other in ax.figure.axes if other is not ax and _beside(ax, other)
    )


def _beside(ax: Axes, other: Axes) -> bool:
    return bool(np.allclose(ax.get_position().bounds, other.get_position().bounds))


def _draw_rain(ax: Axes, hyetograph: pd.Series, language: str) -> None:
    rain = ax.twinx()
    rain.set_label(RAIN_AXES)
    minutes = hyetograph.index.to_numpy(dtype=float)
    step = float(minutes[1] - minutes[0]) if len(minutes) > 1 else 1.0
    rain.bar(
        minutes, hyetograph.to_numpy(), width=step, align="edge", color=RAIN, edgecolor="white", linewidth=0.3
    )
    rain.set_ylim(RAIN_SHARE * max(float(hyetograph.max()), 1.0), 0.0)
    rain.set_ylabel(text("api.plot.rainfall", language), fontproperties=plot_font())


def _below_the_rain(ax: Axes) -> None:
    """Leave the upper part of the drawing to the rain."""
    values = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in ax.get_lines()])
    low, high = min(float(np.nanmin(values)), 0.0), max(float(np.nanmax(values)), 1e-6)
    ax.set_ylim(low - 0.03 * (high - low), high + ROOM_SHARE * (high - low))

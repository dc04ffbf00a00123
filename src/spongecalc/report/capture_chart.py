"""Charts of capture ratio and of paving's life, and a page of storms for ``spongecalc rain --plot``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

from spongecalc.language import text
from spongecalc.rainfall.capture_ratio import CaptureCurve
from spongecalc.rainfall.storm import Storm
from spongecalc.report.charts import STYLE, hyetograph_chart, inline

COLOURS = ("#005b96", "#b35900", "#4f7f3f")
DASHES = ("-", "--", ":")


def capture_chart(curves: Sequence[CaptureCurve], figure_id: str, language: str) -> str:
    """Capture ratio in percent over design rainfall in mm, a line for each curve."""
    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 2.8), layout="constrained")
        axes = figure.add_subplot()
        depths = np.linspace(0, 60, 121)
        for curve, colour, dash in zip(curves, COLOURS, DASHES, strict=False):
            axes.plot(
                depths,
                [curve.percent(d) for d in depths],
                color=colour,
                linestyle=dash,
                label=curve.place or curve.source,
            )
        axes.set_xlim(0, 60)
        axes.set_ylim(0, 100)
        axes.set_xlabel(text("rain.axis_design", language))
        axes.set_ylabel(text("rain.axis_capture", language))
        axes.grid(color="#dddddd", linewidth=0.5)
        axes.legend(loc="lower right")
        return inline(figure, figure_id, text("rain.curve", language))


def life_chart(life: pd.DataFrame, target_percent: float | None, figure_id: str, language: str) -> str:
    """Capture ratio over the years of a paving's life, without cleaning and with; columns of sponge_life.csv."""
    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 2.4), layout="constrained")
        axes = figure.add_subplot()
        lines = (("capture_uncleaned_percent", "uncleaned"), ("capture_cleaned_percent", "cleaned"))
        for (column, label), colour, dash in zip(lines, COLOURS, DASHES, strict=False):
            name = text(f"rain.{label}", language)
            axes.plot(life["year"], life[column], color=colour, linestyle=dash, label=name)
        if target_percent is not None:
            axes.axhline(target_percent, color="#888888", linewidth=0.8)
        axes.set_xlabel(text("rain.axis_year", language))
        axes.set_ylabel(text("rain.axis_capture", language))
        axes.set_ylim(bottom=0)
        axes.set_xlim(0, float(life["year"].max()))
        axes.legend(loc="best")
        return inline(figure, figure_id, text("rain.life", language))


def rain_page(storms: Sequence[Storm], charts: Sequence[str], language: str) -> str:
    """A page that opens offline: the storms' hyetographs and further charts."""
    words = {"time": text("rain.axis_minute", language), "rain": text("rain.axis_intensity", language)}
    parts = [
        f"<h2>{s.storm_id}</h2>" + hyetograph_chart(s.hyetograph, s.storm_id, {**words, "label": s.storm_id})
        for s in storms
    ]
    title = text("rain.title", language)
    body = "\n".join([*parts, *charts])
    head = f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title>'
    style = "font-family:sans-serif;max-width:48em;margin:auto"
    return f'{head}<body style="{style}"><h1>{title}</h1>{body}</body></html>\n'

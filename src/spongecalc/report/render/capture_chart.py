"""Charts of capture ratio and of paving's life, and a page of storms for ``spongecalc rain --plot``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spongecalc.language import text
from spongecalc.rainfall.capture_ratio import CaptureCurve
from spongecalc.rainfall.storm import Storm
from spongecalc.report.content.figures import Hyetograph, LifeCurves
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.charts import hyetograph_chart
from spongecalc.report.render.plot_area import INK, PlotArea, chart, label

COLOURS = ("#005b96", "#b35900", "#4f7f3f")
DASHES = ("", "6 3", "2 3")
WIDTH, HEIGHT = 640, 280
Line = tuple[str, Sequence[float], Sequence[float]]


def capture_chart(curves: Sequence[CaptureCurve], figure_id: str, language: str) -> str:
    """Capture ratio in percent over design rainfall in mm, a line for each curve."""
    depths = np.linspace(0, 60, 121).tolist()
    lines = [(c.place or c.source, depths, [c.percent(d) for d in depths]) for c in curves]
    area = PlotArea(64, 12, WIDTH - 16, HEIGHT - 44, 0.0, 60.0, 0.0, 100.0)
    return _drawn(area, lines, figure_id, "axis_design", "curve", language)


def life_chart(curves: LifeCurves, language: str) -> str:
    """Capture ratio over the years of a paving's life, without cleaning and with, beside the target."""
    life = curves.life
    years = life["year"].tolist()
    names = (("capture_uncleaned_percent", "uncleaned"), ("capture_cleaned_percent", "cleaned"))
    lines = [(text(f"rain.{name}", language), years, life[column].tolist()) for column, name in names]
    if curves.target_percent is not None:
        lines.append((f"{curves.target_percent:g} %", [years[0], years[-1]], [curves.target_percent] * 2))
    top = 1.25 * max(max(ys) for _, _, ys in lines)
    area = PlotArea(64, 12, WIDTH - 16, HEIGHT - 44, 0.0, float(years[-1]), 0.0, top)
    return _drawn(area, lines, curves.figure_id, "axis_year", "life", language)


def _drawn(area: PlotArea, lines: Sequence[Line], figure_id: str, x_key: str, title: str, language: str) -> str:
    parts = [area.axes(text(f"rain.{x_key}", language), text("rain.axis_capture", language))]
    for place, ((name, xs, ys), colour, dash) in enumerate(zip(lines, COLOURS, DASHES, strict=False)):
        parts.append(area.line(xs, ys, colour, dash, 1.8))
        x, y = area.left + 16, area.bottom - 14 - 18 * place
        style = f' stroke-dasharray="{dash}"' if dash else ""
        parts.append(f'<path d="M{x:.1f} {y:.1f}h28" stroke="{colour}" stroke-width="2"{style}/>')
        parts.append(label(x + 36, y + 4, name, "start", colour=INK))
    return chart(f'<g id="{figure_id}">{"".join(parts)}</g>', WIDTH, HEIGHT, text(f"rain.{title}", language))


def rain_page(storms: Sequence[Storm], charts: Sequence[str], language: str) -> str:
    """A page that opens offline: the storms' hyetographs and further charts."""
    words = Wording(language)
    parts = [
        f"<h2>{s.storm_id}</h2>" + hyetograph_chart(Hyetograph(s.storm_id, s.storm_id, s.hyetograph), words)
        for s in storms
    ]
    title = text("rain.title", language)
    body = "\n".join([*parts, *charts])
    head = f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title>'
    style = "font-family:sans-serif;max-width:48em;margin:auto"
    return f'{head}<body style="{style}"><h1>{title}</h1>{body}</body></html>\n'

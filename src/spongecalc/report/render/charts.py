"""Charts as inline SVG: the hyetograph, and the runoff under it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spongecalc.report.content.figures import Hyetograph, RunoffCurves
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.plot_area import INK, PlotArea, chart, label, nice_ticks, text_px, tick_texts
from spongecalc.report.render.scenario_looks import line_look

RAIN_COLOUR = "#7aa6c8"
WIDTH = 640.0


def hyetograph_chart(storm: Hyetograph, words: Wording) -> str:
    """The intensity of a storm in mm/h by minutes, as bars; empty for an empty series."""
    if storm.intensity_mm_h.empty:
        return ""
    highest = float(storm.intensity_mm_h.max())
    last = float(storm.intensity_mm_h.index.max()) + _step(storm.intensity_mm_h)
    area = PlotArea(64, 12, WIDTH - 16, 180, 0.0, last, 0.0, highest * 1.05 or 1.0)
    axes = area.axes(words("chart.time"), words("chart.rain"))
    content = axes + _bars(area, storm.intensity_mm_h, hanging=False)
    return chart(f'<g id="{storm.figure_id}-bars">{content}</g>', WIDTH, 224, storm.label)


def runoff_chart(curves: RunoffCurves, words: Wording) -> str:
    """Runoff in l/s of the scenarios, by minutes, with the storm hanging from the top; empty without a series."""
    known = curves.runoff_l_s
    if not known:
        return ""
    intensity_mm_h = curves.intensity_mm_h
    top = max(float(s.max()) for s in known.values())
    last = max(float(s.index.max()) for s in known.values())
    has_rain = intensity_mm_h is not None and not intensity_mm_h.empty
    area = PlotArea(64, 12, WIDTH - (64 if has_rain else 16), 262, 0.0, last, 0.0, top * 1.55 if top > 0 else 1.0)
    ticks = [t for t in nice_ticks(0.0, area.y_high) if t <= max(top * 1.05, area.y_high * 0.64)]
    parts = [area.axes(words("chart.time"), words("chart.flow"), ticks)]
    if has_rain and intensity_mm_h is not None:
        parts.append(_hanging_rain(area, intensity_mm_h, words("chart.rain")))
    for scenario in curves.scenarios:
        series = known[scenario.name]
        colour, dash = line_look(scenario.line)
        parts.append(area.line(series.index.to_numpy(float), series.to_numpy(float), colour, dash, 1.8))
    # The key stands right, further to the left where a label is long.
    x = max(area.right - max(150.0, *(40 + text_px(s.label) for s in curves.scenarios)), area.left + 8)
    for place, scenario in enumerate(curves.scenarios):
        colour, dash = line_look(scenario.line)
        y = area.top + (area.bottom - area.top) * 0.48 + 18 * place
        style = f' stroke-dasharray="{dash}"' if dash else ""
        parts.append(f'<path d="M{x:.1f} {y:.1f}h28" stroke="{colour}" stroke-width="2"{style}/>')
        parts.append(label(x + 36, y + 4, scenario.label, "start", colour=INK))
    return chart(f'<g id="{curves.figure_id}-curves">{"".join(parts)}</g>', WIDTH, 306, curves.label)


def _step(intensity_mm_h: pd.Series) -> float:
    steps = np.diff(intensity_mm_h.index.to_numpy(float))
    return float(steps.min()) if len(steps) else 5.0


def _bars(area: PlotArea, intensity_mm_h: pd.Series, *, hanging: bool) -> str:
    """Bars of the rain, from the bottom up or from the top down."""
    step = _step(intensity_mm_h)
    zero = area.y(0.0)
    parts = []
    for start, value in intensity_mm_h.items():
        height = abs(area.y(float(value)) - zero)
        left, wide = area.x(float(start)), (area.x(float(start) + step) - area.x(float(start))) * 0.9
        top = zero if hanging else zero - height
        parts.append(f"M{left:.1f} {top:.1f}h{wide:.1f}v{height:.1f}h{-wide:.1f}z")
    return f'<path d="{"".join(parts)}" fill="{RAIN_COLOUR}"/>'


def _hanging_rain(area: PlotArea, intensity_mm_h: pd.Series, words: str) -> str:
    """The storm from the top down, in the upper third, with a scale of its own on the right."""
    highest = float(intensity_mm_h.max())
    scale = highest * 3.2 if highest > 0 else 1.0
    # Upside down: nought is at the top.
    own = PlotArea(area.left, area.top, area.right, area.bottom, area.x_low, area.x_high, scale, 0.0)
    parts = [_bars(own, intensity_mm_h, hanging=True)]
    ticks = nice_ticks(0.0, highest, 4)
    for value, written in zip(ticks, tick_texts(ticks), strict=True):
        y = own.y(value)
        parts.append(f'<path d="M{area.right:.1f} {y:.1f}h4" stroke="{INK}" stroke-width="0.8"/>')
        parts.append(label(area.right + 8, y + 4, written, "start"))
    end = own.y(highest)
    parts.append(f'<path d="M{area.right:.1f} {area.top:.1f}V{end:.1f}" stroke="{INK}" stroke-width="0.9"/>')
    parts.append(label(area.right + 52, area.top + 46, words, "middle", turned=True))
    return "".join(parts)

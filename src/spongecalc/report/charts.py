"""Charts as SVG text that a page can hold: no metadata, no fonts of their own, ids of their own."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

import matplotlib as mpl
import pandas as pd
from markupsafe import escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spongecalc.report.map_svg import Say

RAIN = "#56789a"
LINES = {"before": ("#8a5a00", "--"), "after": ("#00695c", "-")}
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "spongecalc",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "path.simplify": True,
    "path.simplify_threshold": 0.3,
}
# Rain hangs into the upper third of the hydrograph's chart.
RAIN_SHARE = 0.34


def svg_text(figure: Figure, prefix: str) -> str:
    """A figure as an <svg> element, its ids made unique in the page by ``prefix``, the rest left out."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', svg))

    def own_id(found: re.Match[str]) -> str:
        return f' id="{prefix}-{found[1]}"' if found[1] in used else ""

    svg = re.sub(r' id="([^"]+)"', own_id, svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}-\1"', svg)
    svg = re.sub(r' xmlns(:xlink)?="[^"]+"', "", svg).replace("xlink:href", "href")
    svg = re.sub(r"(\d+\.\d)\d+", r"\1", svg)
    return re.sub(r"\n\s*", " ", svg).strip()


def _labelled(svg: str, label: str) -> str:
    return svg.replace("<svg", f'<svg class="chart" role="img" aria-label="{escape(label)}"', 1)


def _rain(axes: Axes, storm: pd.Series, say: Say, share: float) -> None:
    step = float(storm.index[1] - storm.index[0]) if len(storm) > 1 else 1.0
    axes.bar(storm.index.to_numpy(float), storm.to_numpy(float), width=step, align="edge", color=RAIN, lw=0)
    axes.set_ylim(float(storm.max()) / share if len(storm) else 1.0, 0)
    axes.set_ylabel(say("chart_rain"))


def hydrograph_chart(
    hydrographs: Mapping[str, pd.Series], storm: pd.Series, label: str, prefix: str, say: Say
) -> str:
    """Runoff before and after with the storm hanging from the top; "" where there is nothing to draw.

    Parameters
    ----------
    hydrographs
        Scenario to runoff in l/s, indexed by minutes; a scenario may be missing.
    storm
        Intensity in mm/h by minutes from the start, in equal steps.
    label
        What the chart shows, for those who do not see it.
    prefix
        What the ids in the chart begin with.
    say
        Texts of the report.
    """
    drawn = {s: series for s in LINES if (series := hydrographs.get(s)) is not None and series.notna().any()}
    if not drawn:
        return ""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.4, 2.9))
        axes = figure.subplots()
        for scenario, series in drawn.items():
            colour, dash = LINES[scenario]
            name = f"{say(f'scenario.{scenario}')} ({say('chart_peak')} {series.max():.2f} L/s)"
            axes.plot(
                series.index.to_numpy(float), series.to_numpy(float), dash, color=colour, lw=1.4, label=name
            )
        highest = max(float(s.max()) for s in drawn.values())
        axes.set_ylim(0, max(highest, 0.01) / (1 - RAIN_SHARE) * 1.04)
        axes.set_xlim(0, max(float(s.index.max()) for s in drawn.values()))
        axes.set_xlabel(say("chart_minutes"))
        axes.set_ylabel(say("chart_runoff"))
        axes.grid(axis="y", color="#dddddd", lw=0.5)
        axes.set_axisbelow(True)
        above = axes.twinx()
        above.spines["right"].set_visible(True)
        _rain(above, storm, say, RAIN_SHARE)
        axes.legend(loc="center right", frameon=False, fontsize=9)
        figure.subplots_adjust(left=0.085, right=0.915, bottom=0.17, top=0.97)
        return _labelled(svg_text(figure, prefix), label)


def hyetograph_chart(storm: pd.Series, label: str, prefix: str, say: Say) -> str:
    """A storm's intensity over time, in mm/h by minutes from the start."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.4, 2.3))
        axes = figure.subplots()
        _rain(axes, storm, say, 0.94)
        axes.set_ylim(0, float(storm.max()) / 0.94 if len(storm) else 1.0)
        axes.set_xlim(0, float(storm.index.max() + storm.index[1]) if len(storm) > 1 else 1.0)
        axes.set_xlabel(say("chart_minutes"))
        axes.grid(axis="y", color="#dddddd", lw=0.5)
        axes.set_axisbelow(True)
        axes.spines["top"].set_visible(False)
        figure.subplots_adjust(left=0.085, right=0.985, bottom=0.21, top=0.97)
        return _labelled(svg_text(figure, prefix), label)

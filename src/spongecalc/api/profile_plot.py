"""A long section drawn with matplotlib: ground, manholes, pipes, the water's level."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from spongecalc.api.plot_font import plot_font
from spongecalc.api.profile import Profile
from spongecalc.language import text

GROUND, PIPE, FILL, WATER = "#7a5c2e", "#1c1f23", "#eceff1", "#005b96"
REGULATOR = "#a3122f"
MARKERS = {"pump": ">", "weir": "_", "orifice": "o", "outlet": "d"}
MOST_NAMED = 40
"""Nodes whose names stand in the drawing at most."""


def draw_profile(
    ax: Axes,
    profile: Profile,
    nodes: pd.DataFrame,
    conduits: pd.DataFrame,
    level_m: pd.Series,
    level_name: str,
    language: str,
    regulators: pd.DataFrame | None = None,
) -> Axes:
    """Draw a long section.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    profile : Profile
        The way.
    nodes, conduits : DataFrame
        The model's, as :mod:`spongecalc.swmm.model_frames` has them; nodes with ``ground_m`` beside.
    level_m : Series
        Water levels by node [m].
    level_name : str
        What the level is called in the legend.
    language : str
        "zh" or "en".
    regulators : DataFrame, optional
        The model's pumps, orifices, weirs and outlets, of the same module: those on the way are marked.
    """
    font = plot_font()
    at = dict(zip(profile.nodes, profile.stations_m, strict=True))
    crowns: dict[str, float] = {}
    for position, link in enumerate(profile.links):
        if link not in conduits.index:
            continue
        row = conduits.loc[link]
        x0, x1 = profile.stations_m[position], profile.stations_m[position + 1]
        up, down, height = row["up_m"], row["down_m"], row["height_m"]
        corners = [(x0, up), (x1, down), (x1, down + height), (x0, up + height)]
        ax.add_patch(Polygon(corners, closed=True, facecolor=FILL, edgecolor=PIPE, linewidth=1.0))
        for node, crown in ((row["from_node"], up + height), (row["to_node"], down + height)):
            crowns[node] = max(crowns.get(node, crown), crown)
    own = nodes.loc[list(profile.nodes)]
    # Where no ground is known, the drawing ends at the crown of the pipe.
    ground = own["ground_m"].fillna(pd.Series(crowns, dtype=float))
    for node, bottom, top in zip(own.index, own["invert_m"], ground, strict=True):
        ax.plot([at[node], at[node]], [bottom, top], color=PIPE, linewidth=0.8)
    ax.plot(
        profile.stations_m,
        ground.to_numpy(),
        color=GROUND,
        linewidth=1.8,
        label=text("api.plot.ground", language),
    )
    if regulators is not None:
        _mark_regulators(ax, profile, regulators, own["invert_m"], language)
    levels = level_m.reindex(list(profile.nodes)).to_numpy(dtype=float)
    ax.plot(profile.stations_m, levels, color=WATER, linewidth=1.8, label=level_name)
    ax.set_xlabel(text("api.plot.station", language), fontproperties=font)
    ax.set_ylabel(text("api.plot.level", language), fontproperties=font)
    ax.autoscale_view()
    if len(profile.nodes) <= MOST_NAMED:
        top = ax.secondary_xaxis("top")
        top.set_xticks(list(profile.stations_m), own["feature_id"].fillna("").tolist())
        for name in top.get_xticklabels():
            name.set(rotation=90, fontproperties=font, fontsize=7)
    ax.legend(prop=font, loc="best", frameon=False)
    return ax


def _mark_regulators(
    ax: Axes, profile: Profile, regulators: pd.DataFrame, invert_m: pd.Series, language: str
) -> None:
    """Mark each pump at the floor of its well, and each weir, orifice and outlet at its crest."""
    for kind, marker in MARKERS.items():
        at = []
        for station_m, node, link in zip(profile.stations_m, profile.nodes, profile.links, strict=False):
            if link in regulators.index and regulators.at[link, "kind"] == kind:
                crest_m = float(regulators.at[link, "crest_m"])
                at.append((station_m, float(invert_m[node]) if math.isnan(crest_m) else crest_m))
        if at:
            stations, levels = zip(*at, strict=True)
            name = text(f"report.value.kind.{kind}", language)
            ax.plot(stations, levels, marker, color=REGULATOR, markersize=8, label=name)

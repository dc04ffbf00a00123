"""Figures of the report as data: what is drawn, not how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from spongecalc.report.content.scenario_lines import ScenarioLine

Extent = tuple[float, float, float, float]
"""Least x and y, largest x and y in m of the project's CRS."""


@dataclass(frozen=True, eq=False)
class Figure:
    """A thing to be drawn; ``label`` tells it to those who cannot see it."""

    label: str


@dataclass(frozen=True, eq=False)
class Hyetograph(Figure):
    """The intensity of a storm in mm/h, indexed by minutes; ``figure_id`` names it among those of a page."""

    figure_id: str
    intensity_mm_h: pd.Series


@dataclass(frozen=True, eq=False)
class RunoffCurves(Figure):
    """Runoff in l/s by scenario, indexed by minutes, with the storm in mm/h above it where it is known.

    ``scenarios`` are those that have a series, in order.
    """

    figure_id: str
    runoff_l_s: Mapping[str, pd.Series]
    intensity_mm_h: pd.Series | None
    scenarios: Sequence[ScenarioLine]


@dataclass(frozen=True, eq=False)
class LifeCurves(Figure):
    """Capture ratio over the years of a paving's life (rows of sponge_life.csv), beside the target in percent."""

    figure_id: str
    life: pd.DataFrame
    target_percent: float | None


@dataclass(frozen=True, eq=False)
class CommunityMap(Figure):
    """One community in one scenario: its layers, its numbered cross-connections and ponding sites.

    ``extent`` is the same for all scenarios, and so is ``largest_m3``, the volume of the largest site.
    ``failed_checks`` are its failed rows of design_checks.csv; None where they are not of this scenario.
    ``unsettled`` are its rows of settled.csv in this scenario.
    """

    boundary: BaseGeometry | None
    layers: Mapping[str, gpd.GeoDataFrame]
    joints: pd.DataFrame
    sites: pd.DataFrame
    extent: Extent
    largest_m3: float
    failed_checks: pd.DataFrame | None
    unsettled: pd.DataFrame | None = None


@dataclass(frozen=True, eq=False)
class VerdictArea:
    """A community on the overview: its outline, its verdict's code and words, the chapter that it leads to."""

    community_id: str
    boundary: BaseGeometry
    answer: str
    said: str
    chapter: str


@dataclass(frozen=True, eq=False)
class VerdictMap(Figure):
    """All communities by their verdict."""

    areas: Sequence[VerdictArea]


@dataclass(frozen=True, eq=False)
class FindingMap(Figure):
    """Findings where they are: communities' names and outlines, and rows of findings.csv that have a place."""

    outlines: Sequence[tuple[str, BaseGeometry]]
    findings: pd.DataFrame

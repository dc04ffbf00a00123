"""Result of an assessment, for the report: tables of plain figures and, per community, what its page shows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
from affine import Affine
from shapely.geometry.base import BaseGeometry

from spongecalc.assess.criteria import Judging, asked_of
from spongecalc.assess.hydraulics import Hydraulics
from spongecalc.assess.swept import Swept
from spongecalc.catalogue.catalogue import Catalogue, shipped
from spongecalc.project.scenario_settings import DEFAULT_PAIR, DEFAULT_SCENARIOS, Scenario
from spongecalc.rainfall.formula_range import FittedRange
from spongecalc.standards.provenance import Confirmation


@dataclass(frozen=True)
class WaterFrames:
    """Depths of water on the ground over time, in mm: a frame every ``step_min`` minutes, and their place."""

    depth_mm: np.ndarray
    transform: Affine
    step_min: float


@dataclass(frozen=True)
class CommunityPage:
    """Everything the report shows of one community.

    ``layers`` maps a scenario's name, in the project's order, to the community's layers in it, by layer name
    (nodes, pipes, connections, surfaces, buildings, facilities, utilities), with the columns of the data
    contract, in metres of the project's CRS. ``hydrographs`` maps a scenario to the runoff in l/s under
    the headline storm, indexed by minutes from its start. ``sites`` and ``joints`` are the community's
    ponding sites and cross-connections under the headline storm, with a point each; their columns are
    those of ponding.csv and separation.csv. ``row`` is its row of communities.csv. ``hydraulics`` maps a
    scenario to what SWMM found in pipes and nodes under the headline storm, ``water`` to the water on the ground
    where the flow over it was calculated for that storm.
    """

    community_id: str
    name: str
    row: Mapping[str, object]
    boundary: BaseGeometry
    layers: Mapping[str, Mapping[str, gpd.GeoDataFrame]]
    hydrographs: Mapping[str, pd.Series]
    sites: gpd.GeoDataFrame
    joints: gpd.GeoDataFrame
    runs: pd.DataFrame
    quantities: pd.DataFrame
    findings: pd.DataFrame
    hydraulics: Mapping[str, Hydraulics] = field(default_factory=dict)
    water: Mapping[str, WaterFrames] = field(default_factory=dict)


@dataclass(frozen=True)
class StormSummary:
    """A storm as the report states it: its formula with its source, its depth and its hyetograph."""

    storm_id: str
    return_period_a: float
    duration_min: float
    depth_mm: float
    formula_place: str
    formula_text: str
    formula_source: str
    formula_how_known: str
    formula_holds: FittedRange
    intensity_mm_h: pd.Series


@dataclass(frozen=True)
class DepthRaster:
    """Largest depths in m of one run on its grid, with the largest depth times speed where the flow over the
    ground was calculated; ``name`` is that of its file."""

    name: str
    depth_m: np.ndarray
    transform: Affine
    hazard_m2_s: np.ndarray | None = None


@dataclass(frozen=True)
class Review:
    """The whole assessment: what results/*.csv hold and what the report is made of.

    ``tables`` maps a file stem (communities, quantities, separation, ponding, sponge, runs, findings) to
    its frame. ``notes`` are keys of the report's catalogue with their parameters: what a reader must know
    (the storm formula of another place, an example that is illustrative). ``targets`` are the limits of the
    project's [targets] by key, and capture_percent; None where the project states none.
    ``keeping_interval_a`` is, by community, the longest interval of cleaning that keeps that target (NaN: none
    does); ``capture_place`` and ``capture_source`` say whose capture curve is used, ``capture_percent`` is the
    ratio of the design rainfall on it.
    ``ponding_areas`` are the rows of ponding.csv and ponding_2d.csv that have an outline; ``depths`` the rasters
    they were cut from. ``catalogue`` names and colours the project's covers.
    ``confirmations`` are the recalled values of standards that the project has looked up.
    ``scenarios`` are the project's, in order; ``compared`` the two that communities.csv sets side by side, while
    ``tables["answers"]`` holds the figures of all of them. ``not_decisive`` are the criteria that the
    project takes out of the decision, with its reasons. ``swept`` are the sweeps that the report shows.
    """

    project_name: str
    crs: str
    headline_storm: str
    storms: tuple[StormSummary, ...]
    tables: Mapping[str, pd.DataFrame]
    pages: tuple[CommunityPage, ...]
    notes: tuple[tuple[str, Mapping[str, object]], ...]
    versions: Mapping[str, str]
    targets: Mapping[str, float | None] = field(default_factory=dict)
    keeping_interval_a: Mapping[str, float] = field(default_factory=dict)
    capture_place: str = ""
    capture_source: str = ""
    capture_percent: float = math.nan
    ponding_areas: gpd.GeoDataFrame | None = None
    depths: tuple[DepthRaster, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    catalogue: Catalogue = field(default_factory=shipped)
    confirmations: tuple[Confirmation, ...] = ()
    scenarios: tuple[Scenario, ...] = DEFAULT_SCENARIOS
    compared: tuple[str, str] = DEFAULT_PAIR
    not_decisive: Mapping[str, str] = field(default_factory=dict)
    swept: tuple[Swept, ...] = ()

    @cached_property
    def storms_by_period(self) -> tuple[StormSummary, ...]:
        """The storms as tables list them: the frequent ones first, those without a return period last."""
        return tuple(
            sorted(self.storms, key=lambda s: (math.isnan(s.return_period_a), s.return_period_a, s.duration_min))
        )

    @cached_property
    def judging(self) -> Judging:
        """The basis on which the communities are judged."""
        first = next(s for s in self.scenarios if s.name == self.compared[0])
        claims = (p.row.get(f"claimed_{system}_m") for p in self.pages for system in ("storm", "sewage"))
        asked = asked_of(first, self.targets, claimed=any(not pd.isna(c) for c in claims))
        return Judging(self.targets, self.compared, asked, self.not_decisive)

"""Clearances between drainage, other lines, buildings and trees, in plan and in height."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.catalogue.pipe_section import PipeSections
from spongecalc.design.check import EXACT, Check, Limit, Subject, at_least, not_checkable
from spongecalc.design.limits import Limits
from spongecalc.design.near_lines import NearPairs, SpaceLines, beside, crossing
from spongecalc.layers.feature import NOWHERE, Feature
from spongecalc.network.earthworks import laid_pipes
from spongecalc.project.design_settings import DesignSettings
from spongecalc.standards.provenance import confirmed_table

NOBODY = Subject(NOWHERE)
BESIDE = "horizontal_clearance"
# Pairs up to this many times their limit apart are reported as passing; those further off only add rows.
SHOWN_TIMES = 2.0
TREES = {"tree": "tree", "shrub": "shrub", "pole": "pole (lighting or telecom)"}
ABOVE, BELOW = "building (pipe above the foundation)", "building (pipe below the foundation)"
"""The two rows of the table for buildings: which holds depends on how deep the foundation is."""
GAS = {"gas_low": "gas low pressure", "gas_medium": "gas medium pressure"}


@dataclass(frozen=True)
class Things:
    """One kind of thing: where its features are, and each as a subject of checks; ``ends`` are node ids."""

    lines: SpaceLines
    subjects: Sequence[Subject]
    ends: Sequence[frozenset[str]]


def check_clearances(
    pipes: gpd.GeoDataFrame,
    utilities: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    trees: gpd.GeoDataFrame,
    settings: DesignSettings,
    limits: Limits,
    catalogue: Catalogue,
) -> list[Check]:
    """Every pair of features that the table of clearances speaks of.

    Two lines that cross in plan are held to the vertical clearance at each crossing, others to the horizontal
    one along their whole length; both between outsides. Pipes that meet in a manhole are not held apart, and
    nor are two things that stood before the works.

    References
    ----------
    GB 50014-2021, appendix C; GB 50289-2016, section 4.1; ``utility_clearances.csv``, with source and
    how it is known in every row.
    """
    things = _things(pipes, utilities, buildings, trees, settings, catalogue)
    checks: list[Check] = []
    to_buildings: dict[str, Limit] = {}
    for row in confirmed_table("utility_clearances", limits.confirmations).itertuples():
        first, second = things.get(row.a), things.get(row.b)
        pair = f"{row.a} - {row.b}"
        for kind, value in (("horizontal", row.horizontal_m), ("vertical", row.vertical_m)):
            if pd.isna(value):
                continue
            name = f"{kind}_clearance"
            limit = limits.own(name, pair, Limit(float(value), "m", row.source, row.how_known))
            if row.b in (ABOVE, BELOW):
                to_buildings[str(row.b)] = limit
                continue
            if first is None or second is None:
                if row.a == "drainage" and not _other_way_of_laying(row.b, settings):
                    checks.append(not_checkable(name, NOBODY, pair, "none_in_layers", limit))
                continue
            found = _beside if kind == "horizontal" else _crossing
            checks.extend(found(name, pair, first, second, limit, same=row.a == row.b))
    drains, houses = things.get("drainage"), things.get("building")
    if drains is None or houses is None:
        none = "none_in_layers"
        return [
            *checks,
            *(not_checkable(BESIDE, NOBODY, f"drainage - {b}", none, t) for b, t in to_buildings.items()),
        ]
    depths_m = pipes["depth_m"].to_numpy(float) if "depth_m" in pipes else np.full(len(pipes), math.nan)
    return [*checks, *_to_buildings(drains, houses, depths_m, settings.foundation_depth_m, to_buildings)]


def _to_buildings(
    drains: Things,
    houses: Things,
    depths_m: np.ndarray,
    foundation_m: float | None,
    to_buildings: Mapping[str, Limit],
) -> list[Check]:
    """Pipes beside buildings: further off where they lie deeper than the foundation.

    Where the depth of either is not known, a gap that breaks the lesser distance fails and one that keeps the
    greater passes; between them nothing can be said.
    """
    near = beside(drains.lines, houses.lines, to_buildings[BELOW].value * SHOWN_TIMES)
    checks = []
    for i in _wanted(drains, houses, near, same=False):
        at, other, gap = _placed(drains, houses, near, i)
        depth = depths_m[near.first[i]]
        if foundation_m is not None and not math.isnan(depth):
            row = BELOW if depth > foundation_m + EXACT else ABOVE
        elif gap < to_buildings[ABOVE].value - EXACT:
            row = ABOVE
        elif gap >= to_buildings[BELOW].value - EXACT:
            row = BELOW
        else:
            pair, limit = f"drainage - {BELOW}", to_buildings[BELOW]
            checks.append(not_checkable(BESIDE, at, pair, "foundation_unknown", limit, gap, other=other))
            continue
        checks.append(at_least(BESIDE, at, f"drainage - {row}", gap, to_buildings[row], other=other))
    return checks


def _other_way_of_laying(kind: str, settings: DesignSettings) -> bool:
    """True for a kind that is only the way in which the project's cables are not laid."""
    if kind.startswith("telecom "):
        return not kind.endswith(settings.telecom)
    return kind.startswith("power ") and not kind.endswith(settings.power)


def _beside(name: str, pair: str, first: Things, second: Things, limit: Limit, *, same: bool) -> list[Check]:
    near = beside(first.lines, second.lines, limit.value * SHOWN_TIMES)
    return _judged(name, pair, first, second, near, limit, same=same)


def _crossing(name: str, pair: str, first: Things, second: Things, limit: Limit, *, same: bool) -> list[Check]:
    near, blind = crossing(first.lines, second.lines, math.inf)
    checks = _judged(name, pair, first, second, near, limit, same=same)
    for i in _wanted(first, second, blind, same=same):
        subject, other = first.subjects[blind.first[i]], second.subjects[blind.second[i]]
        place = replace(subject.feature, x_m=float(blind.x_m[i]), y_m=float(blind.y_m[i]))
        at = replace(subject, feature=place)
        checks.append(not_checkable(name, at, pair, "no_levels", limit, other=other.feature))
    return checks


def _wanted(first: Things, second: Things, near: NearPairs, *, same: bool) -> list[int]:
    """Positions of pairs that are to be judged."""
    out = []
    for i, (a, b) in enumerate(zip(near.first.tolist(), near.second.tolist(), strict=True)):
        if same and not _told_at(first, a, b):
            continue
        if first.ends[a] & second.ends[b]:
            continue
        if "proposed" not in (first.subjects[a].status, second.subjects[b].status):
            continue
        out.append(i)
    return out


def _told_at(things: Things, a: int, b: int) -> bool:
    """True where a pair out of one set is told at ``a``: once, and of two communities at the western feature.

    A community's count of failed checks must not go by the names of its pipes.
    """
    if things.subjects[a].feature.community_id != things.subjects[b].feature.community_id:
        west, east = (tuple(things.lines.geometry[n].bounds) for n in (a, b))
        if west != east:
            return west < east
    return a < b


def _judged(
    name: str, pair: str, first: Things, second: Things, near: NearPairs, limit: Limit, *, same: bool
) -> list[Check]:
    checks = []
    for i in _wanted(first, second, near, same=same):
        at, other, gap = _placed(first, second, near, i)
        checks.append(at_least(name, at, pair, gap, limit, other=other))
    return checks


def _placed(first: Things, second: Things, near: NearPairs, i: int) -> tuple[Subject, Feature, float]:
    """The subject at the nearest point of a pair, the other feature, and the gap in m."""
    subject, other = first.subjects[near.first[i]], second.subjects[near.second[i]]
    place = replace(
        subject.feature,
        community_id=subject.feature.community_id or other.feature.community_id,
        x_m=float(near.x_m[i]),
        y_m=float(near.y_m[i]),
    )
    status = "proposed" if "proposed" in (subject.status, other.status) else subject.status
    return Subject(place, status, subject.system), other.feature, round(float(near.gap_m[i]), 6)


def _things(
    pipes: gpd.GeoDataFrame,
    utilities: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    trees: gpd.GeoDataFrame,
    settings: DesignSettings,
    catalogue: Catalogue,
) -> dict[str, Things]:
    """Every kind that has features, by its name in the table of clearances."""
    found: dict[str, Things] = {}
    if len(pipes):
        found["drainage"] = _drainage(pipes, catalogue)
    kinds = [_kind_of(row, settings) for row in utilities.itertuples()]
    for kind in sorted({k for k in kinds if k}):
        own = utilities[[k == kind for k in kinds]]
        size = own["diameter_mm"].astype(float).fillna(0.0).to_numpy() / 1000
        axis = own["top_m"].to_numpy(float) - size / 2
        lines = SpaceLines(own.geometry.to_numpy(), axis, axis, size / 2, size / 2)
        found[kind] = Things(lines, _subjects("utilities", "utility_id", own), [frozenset()] * len(own))
    for kind, layer, key, frame in (
        ("building", "buildings", "building_id", buildings),
        *((TREES[k], "trees", "tree_id", trees[trees["kind"] == k]) for k in TREES if len(trees)),
    ):
        if len(frame):
            none = np.full(len(frame), np.nan)
            zero = np.zeros(len(frame))
            lines = SpaceLines(frame.geometry.to_numpy(), none, none, zero, zero)
            found[kind] = Things(lines, _subjects(layer, key, frame), [frozenset()] * len(frame))
    return found


def _drainage(pipes: gpd.GeoDataFrame, catalogue: Catalogue) -> Things:
    laid = laid_pipes(pipes, catalogue)
    outer = np.nan_to_num(laid.outer_m)
    inner = PipeSections.of(pipes).height_m
    tall = inner + 2 * laid.wall_m
    up = pipes["invert_up_m"].to_numpy(float) + inner / 2
    down = pipes["invert_down_m"].to_numpy(float) + inner / 2
    lines = SpaceLines(pipes.geometry.to_numpy(), up, down, outer / 2, np.nan_to_num(tall) / 2)
    ends = [
        frozenset(str(n) for n in pair if n is not None)
        for pair in zip(pipes["from_node"], pipes["to_node"], strict=True)
    ]
    return Things(lines, _subjects("pipes", "pipe_id", pipes), ends)


def _kind_of(row: Any, settings: DesignSettings) -> str:
    """The name of a line's kind in the table of clearances."""
    name = str(row.utility)
    if name in GAS:
        return GAS[name]
    if name == "reclaimed_water":
        return "reclaimed water"
    if name == "water":
        size = float(row.diameter_mm)
        return "water d>200" if size > 200 else "water d<=200"
    if name in ("telecom", "power"):
        return f"{name} {getattr(settings, name)}"
    return name


def _subjects(layer: str, key: str, frame: gpd.GeoDataFrame) -> list[Subject]:
    systems = frame["system"] if "system" in frame else [""] * len(frame)
    return [
        Subject(Feature(layer, str(i), c if isinstance(c, str) else ""), str(s or ""), str(y or ""))
        for c, i, s, y in zip(frame["community_id"], frame[key], frame["status"], systems, strict=True)
    ]

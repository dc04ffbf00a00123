"""The ground above pipes: cover to the crown under footways and carriageways, as a check and as a finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import geopandas as gpd
import numpy as np

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.catalogue.pipe_section import OPEN_SHAPES
from spongecalc.design.check import FAIL, Check, at_least, not_checkable
from spongecalc.design.limits import Limits
from spongecalc.design.network import DesignNetwork, subject_of, with_hydraulics
from spongecalc.layers.finding import Finding, finding_at
from spongecalc.network.depth import end_depths_m
from spongecalc.network.earthworks import cover_shares, laid_pipes
from spongecalc.scenario import DrainageSystem

# A pipe that only touches a carriageway with less than this share of its length does not lie under it.
LEAST_SHARE = 0.01
CHECK = "min_cover"
FOOTWAY, CARRIAGEWAY = "under footway", "under carriageway"


def check_cover(net: DesignNetwork, limits: Limits, carriageway: Sequence[str]) -> list[Check]:
    """The least cover of each pipe, at its shallower end, from the ground to the outside of its crown.

    The ground between two manholes is taken to run straight. A pipe that lies under a carriageway with part
    of its length is held to the greater cover; an open channel has no crown to cover.
    """
    if net.pipes.empty:
        return []
    return _checks(net.pipes, net.nodes, net.surfaces, limits, carriageway, net.catalogue)


def find_little_cover(
    systems: Iterable[DrainageSystem], limits: Limits, carriageway: Sequence[str]
) -> Iterator[Finding]:
    """A finding at each pipe, old or new, that fails ``check_cover`` in one of the systems.

    Pipes whose crown stands out of the ground have a rule of their own. What shows in several systems (a pipe
    that stays as it is) is named once.
    """
    told: set[tuple[str, str, str]] = set()
    greatest_m = max(limits.find(CHECK, where).value for where in (FOOTWAY, CARRIAGEWAY))
    for system in systems:
        pipes = with_hydraulics(system.pipes, system.catalogue)
        buried = _depth_m(pipes, system.nodes) >= _height_m(pipes)
        shallow = buried & (_cover_m(pipes, system.nodes, system.catalogue) < greatest_m)
        pipes = pipes[shallow].reset_index(drop=True)
        if pipes.empty:
            continue
        checks = _checks(pipes, system.nodes, system.surfaces, limits, carriageway, system.catalogue)
        for row, check in zip(pipes.itertuples(), checks, strict=True):
            words = {"cover": f"{check.value:.2f}", "least": f"{check.limit.value:g}"}
            key = (str(row.pipe_id), words["cover"], words["least"])
            if check.verdict == FAIL and key not in told:
                told.add(key)
                yield finding_at("pipe.little_cover", "pipes", row, **words)


def _depth_m(pipes: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame) -> np.ndarray:
    """Depth of the invert below the ground at the shallower end."""
    up, down = end_depths_m(pipes, nodes)
    return np.asarray(np.fmin(up.to_numpy(float), down.to_numpy(float)))


def _height_m(pipes: gpd.GeoDataFrame) -> np.ndarray:
    return np.asarray(pipes["diameter_m"].fillna(pipes["height_mm"].astype(float) / 1000), dtype=float)


def _cover_m(pipes: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame, catalogue: Catalogue) -> np.ndarray:
    """Ground above the outside of each crown at the shallower end; NaN without levels or size."""
    cover = _depth_m(pipes, nodes) - _height_m(pipes) - laid_pipes(pipes, catalogue).wall_m
    return np.asarray(np.round(cover, 4))


def _checks(
    pipes: gpd.GeoDataFrame,
    nodes: gpd.GeoDataFrame,
    surfaces: gpd.GeoDataFrame,
    limits: Limits,
    carriageway: Sequence[str],
    catalogue: Catalogue,
) -> list[Check]:
    """A check for each pipe, in their order."""
    shares = cover_shares(pipes, surfaces)
    checks = []
    for row, cover, under in zip(pipes.itertuples(), _cover_m(pipes, nodes, catalogue), shares, strict=True):
        subject = subject_of("pipes", row)
        driven = sum(part for (kind, _), part in under.items() if kind in carriageway)
        applies = CARRIAGEWAY if driven >= LEAST_SHARE else FOOTWAY
        limit = limits.find(CHECK, applies)
        if row.shape in OPEN_SHAPES:
            checks.append(not_checkable(CHECK, subject, applies, "open_channel", limit))
        elif np.isnan(cover):
            checks.append(not_checkable(CHECK, subject, applies, "no_levels_or_size", limit))
        else:
            checks.append(at_least(CHECK, subject, applies, float(cover), limit))
    return checks

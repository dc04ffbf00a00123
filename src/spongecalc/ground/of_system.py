"""The ground of a drainage system in its scenario: its DEM with its buildings, walls and kerbs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from spongecalc.ground.grid import Barrier, Ground, read_ground
from spongecalc.layers.dem import DemPiece, GroundError
from spongecalc.layers.dem_judgement import Level, judged_piece
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.project.ponding_settings import PondingSettings
from spongecalc.scenario import DrainageSystem

# Cells of the ground that lakes are filled on.
LAKE_CELL_M = 1.0


def grounds_of(
    systems: Sequence[DrainageSystem], settings: PondingSettings
) -> tuple[dict[tuple[str, str], Ground], tuple[Finding, ...]]:
    """The ground of each system by model and scenario, where there is one, and what was found about the DEM."""
    grounds: dict[tuple[str, str], Ground] = {}
    findings: list[Finding] = []
    if settings.level == 1:
        return grounds, ()
    for system in systems:
        if system.dem is None:
            continue  # that the project gives none is a finding of the reading
        try:
            ground = ground_of(system, settings, LAKE_CELL_M)
        except GroundError as reason:
            findings.extend(ground_findings(system, reason))
            continue
        grounds[system.model, system.scenario] = ground
        findings.extend(_findings(system, ground.notes))
    return grounds, tuple(findings)


def site_ground(system: DrainageSystem, settings: PondingSettings) -> Ground | None:
    """The ground by which flooded nodes of a system are told to be of one low spot; None where it has none."""
    try:
        return ground_of(system, settings, LAKE_CELL_M)
    except GroundError:
        return None


def ground_findings(system: DrainageSystem, reason: GroundError) -> list[Finding]:
    """Warnings that a system's communities have no ground, and why: ponding is then SWMM's flooding."""
    return _findings(system, [(reason.rule, reason.found)])


def _findings(system: DrainageSystem, notes: Iterable[tuple[str, dict[str, object]]]) -> list[Finding]:
    file = system.dem.name if system.dem else ""
    return [
        Finding(rule, Feature("dem", community_id=community, file=file), found)
        for rule, found in notes
        for community in system.communities
    ]


def ground_of(system: DrainageSystem, settings: PondingSettings, cell_m: float) -> Ground:
    """The ground of a system, in cells of about ``cell_m`` metres.

    Raises
    ------
    GroundError
        Why there is none.
    """
    if system.dem is None:
        raise GroundError("dem.none")
    barriers = [
        Barrier(row.geometry, row.kind, float(row.height_m), float(row.top_m))
        for row in system.barriers.itertuples()
        if not math.isnan(row.top_m if row.kind == "breakline" else row.height_m) or row.kind == "opening"
    ]
    return read_ground(
        system.dem,
        system.crs,
        list(system.boundaries.geometry),
        cell_m=cell_m,
        margin_m=settings.margin_m,
        buildings=list(system.buildings.geometry),
        barriers=barriers,
        levels=_levels(system),
    )


def piece_of(system: DrainageSystem, margin_m: float) -> DemPiece | None:
    """The cells of the DEM within ``margin_m`` of a system as they are, if the DEM will do there; else None."""
    if system.dem is None:
        return None
    try:
        return judged_piece(system.dem, system.crs, list(system.boundaries.geometry), margin_m, _levels(system))
    except GroundError:
        # Why, is a finding of the check at each community.
        return None


def _levels(system: DrainageSystem) -> list[Level]:
    nodes = system.nodes
    return [(p.x, p.y, float(z)) for p, z in zip(nodes.geometry, nodes["ground_m"], strict=True)]

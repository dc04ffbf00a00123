"""The ground of a drainage system in its scenario: its DEM with its buildings, walls and kerbs."""

from __future__ import annotations

import math

from spongecalc.ground.grid import Barrier, Ground, GroundError, read_ground
from spongecalc.project.ponding_settings import PondingSettings
from spongecalc.scenario import DrainageSystem


def ground_of(system: DrainageSystem, settings: PondingSettings, cell_m: float) -> Ground:
    """The ground of a system, cells of about ``cell_m``.

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
    levels = [
        (p.x, p.y, float(z)) for p, z in zip(system.nodes.geometry, system.nodes["ground_m"], strict=True)
    ]
    return read_ground(
        system.dem,
        system.crs,
        list(system.boundaries.geometry),
        cell_m=cell_m,
        margin_m=settings.margin_m,
        buildings=list(system.buildings.geometry),
        barriers=barriers,
        levels=levels,
    )

"""What the ground takes of the water on it: wetting, Horton's infiltration, permeable paving with its base."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import rasterio.features
import shapely
from affine import Affine

from spongecalc.project.settings import SurfaceSettings
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.cover import PERMEABLE_PAVINGS, covers
from spongecalc.surfaces.permeable_paving import paving_of
from spongecalc.surfaces.subcatchments import Subcatchment, cover_pieces

MM = 1e-3
PER_HOUR = 1 / 3600.0
ROUGHNESS_OUTSIDE = 0.015
FINE = 5


@dataclass(frozen=True)
class GroundCover:
    """The ground per cell: share that rain falls on, roughness, storage in m, rates in m/s."""

    rain_share: np.ndarray
    manning_n: np.ndarray
    wetting_m: np.ndarray
    pervious: np.ndarray
    f0_m_s: np.ndarray
    fmin_m_s: np.ndarray
    decay_1_s: np.ndarray
    paving: np.ndarray
    paving_m_s: np.ndarray
    paving_store_m: np.ndarray
    subgrade_m_s: np.ndarray


def ground_cover(
    system: DrainageSystem,
    areas: tuple[Subcatchment, ...],
    settings: SurfaceSettings,
    shape: tuple[int, int],
    transform: Affine,
) -> GroundCover:
    """The covers of a system's ground on a grid.

    Rain falls on the ground's subcatchments only, to the square metre: what drains by downpipes stays SWMM's,
    and ground of no community is another model's.
    """
    known = covers(settings.covers)
    ground = [a for a in areas if a.kind == "ground"]
    share = _share([a.geometry for a in ground], shape, transform)
    wanted_m2 = sum(a.area_m2 for a in ground)
    found_m2 = float(share.sum()) * abs(transform.a * transform.e)
    if found_m2 > 0:
        share = share * (wanted_m2 / found_m2)
    maps = {
        name: np.zeros(shape) for name in ("wet", "perv", "f0", "fmin", "decay", "pave", "perm", "store", "sub")
    }
    roughness = np.full(shape, ROUGHNESS_OUTSIDE)
    maps["decay"] += 4 * PER_HOUR
    for boundary in system.boundaries.sort_values("community_id").itertuples():
        drained = {a.feature_id for a in areas if a.kind == "roof" and a.community_id == boundary.community_id}
        pieces = cover_pieces(system, boundary.community_id, boundary.geometry, drained, settings.uncovered)
        for piece in pieces.itertuples():
            at = rasterio.features.geometry_mask([piece.geometry], shape, transform, invert=True)
            cover = known[piece.cover]
            roughness[at] = cover.manning_n
            maps["wet"][at] = cover.depression_storage_mm * MM
            maps["perv"][at] = 1 - cover.impervious_percent / 100
            maps["f0"][at] = cover.f0_mm_h * MM * PER_HOUR
            maps["fmin"][at] = cover.fmin_mm_h * MM * PER_HOUR
            maps["decay"][at] = cover.decay_1_h * PER_HOUR
            if piece.cover in PERMEABLE_PAVINGS:
                paving = paving_of(piece)
                maps["pave"][at] = 1.0
                maps["perm"][at] = paving.permeability_mm_s * MM
                voids = (
                    paving.surface_mm * paving.porosity_percent + paving.base_mm * paving.base_porosity_percent
                )
                maps["store"][at] = voids / 100 * MM
                maps["sub"][at] = paving.subgrade_mm_h * MM * PER_HOUR
    m = maps
    return GroundCover(
        share,
        roughness,
        m["wet"],
        m["perv"],
        m["f0"],
        m["fmin"],
        m["decay"],
        m["pave"],
        m["perm"],
        m["store"],
        m["sub"],
    )


def _share(areas: list[shapely.Geometry], shape: tuple[int, int], transform: Affine) -> np.ndarray:
    """Share of each cell that lies in the areas, by a grid five times finer."""
    if not areas:
        return np.zeros(shape)
    fine = Affine(transform.a / FINE, 0.0, transform.c, 0.0, transform.e / FINE, transform.f)
    size = (shape[0] * FINE, shape[1] * FINE)
    inside = rasterio.features.geometry_mask(areas, size, fine, invert=True)
    shares: np.ndarray = inside.reshape(shape[0], FINE, shape[1], FINE).mean(axis=(1, 3))
    return shares


class GroundWater:
    """Water taken by the ground so far, and the rate at which it takes more."""

    def __init__(self, cover: GroundCover) -> None:
        self.cover = cover
        self.wetted_m = np.zeros_like(cover.wetting_m)
        self.in_paving_m = np.zeros_like(cover.wetting_m)
        self.taken_m = np.zeros_like(cover.wetting_m)

    def take(self, available_m: np.ndarray, elapsed_s: float, step_s: float) -> np.ndarray:
        """Depth that the ground takes in a step of what is available on it, in m per cell.

        First the hollows of the surface are wetted. Then lawns and soil infiltrate by Horton's curve in time
        since the start of the rain, paving what its surface course lets through while its base has room; the
        base empties into the subgrade.

        Parameters
        ----------
        available_m
            Water on the ground and rain of the step.
        elapsed_s, step_s
            Time since the start, and length of the step.
        """
        c = self.cover
        wetting = np.minimum(available_m, c.wetting_m - self.wetted_m)
        left = available_m - wetting
        horton = c.fmin_m_s + (c.f0_m_s - c.fmin_m_s) * np.exp(-c.decay_1_s * elapsed_s)
        drained = np.minimum(self.in_paving_m, c.subgrade_m_s * step_s)
        self.in_paving_m -= drained
        into_paving = np.minimum(c.paving_m_s * step_s, c.paving_store_m - self.in_paving_m) * c.paving
        soil = horton * c.pervious * (1 - c.paving) * step_s
        infiltrated = np.minimum(left, np.maximum(into_paving + soil, 0.0))
        self.wetted_m += wetting
        self.in_paving_m += infiltrated * c.paving
        self.taken_m += wetting + infiltrated
        taken: np.ndarray = wetting + infiltrated
        return taken

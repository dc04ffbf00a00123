"""Losses of water to the ground: wetting, Horton's infiltration, permeable paving with its base."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import rasterio.features
import shapely
from affine import Affine

from spongecalc.project.settings import SurfaceSettings
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.cover_pieces import cover_pieces
from spongecalc.surfaces.permeable_paving import paving_of
from spongecalc.surfaces.subcatchment import Subcatchment

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
    known = system.catalogue.covers
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
            if cover.is_permeable_paving:
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
        soil = cover.pervious * (1 - cover.paving)
        self._slowest_m_s = cover.fmin_m_s * soil
        self._fading_m_s = (cover.f0_m_s - cover.fmin_m_s) * soil
        # A ground has few decay constants: the exponential is taken of each once a step, not of each cell.
        self._decays_1_s, self._of_cell = np.unique(cover.decay_1_s, return_inverse=True)
        self._of_cell = self._of_cell.reshape(cover.decay_1_s.shape)
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
        faded = np.exp(-self._decays_1_s * elapsed_s)
        soil = (
            self._slowest_m_s + self._fading_m_s * (faded[0] if faded.size == 1 else faded[self._of_cell])
        ) * step_s
        self.in_paving_m -= np.minimum(self.in_paving_m, c.subgrade_m_s * step_s)
        into_paving = np.minimum(c.paving_m_s * step_s, c.paving_store_m - self.in_paving_m) * c.paving
        infiltrated = np.minimum(left, np.maximum(into_paving + soil, 0.0))
        self.wetted_m += wetting
        self.in_paving_m += infiltrated * c.paving
        taken: np.ndarray = wetting + infiltrated
        self.taken_m += taken
        return taken

"""The states in which the events find the ground: as the series' run leaves it before days of such rain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spongecalc.project.sponge_settings import SpongeSettings
from spongecalc.sponge.event_runs import Site
from spongecalc.swmm.ground_state import READY, GroundReadings, GroundState, StatesOverTime, stated, states_of

SOIL, BASE = "soil", "paving_base"


@dataclass(frozen=True)
class StoreState:
    """Free share of a store of a community's ground at the start of days, their count, mean, least and most.

    ``store`` is the soil (share of Horton's fall that is there again), the bases of permeable pavings, or a kind
    of facility with its id; ``ratio`` the depth of the event over the design rainfall.
    """

    ratio: float
    store: str
    facility_id: str
    days: int
    mean: float
    least: float
    most: float


@dataclass(frozen=True)
class SiteGround:
    """A site's ground by the depth of the event over the design rainfall: the mean state of each area.

    ``stores`` say the same of the whole community, with the range over the days.
    """

    areas: Mapping[float, tuple[GroundState, ...]]
    stores: tuple[StoreState, ...]


def site_ground(site: Site, readings: GroundReadings, moments: Mapping[float, Sequence[int]]) -> SiteGround:
    """States of a site's ground from the readings of its run over the series.

    Parameters
    ----------
    site
        Community and scenario.
    readings
        Those of its areas.
    moments
        For each event's depth over the design rainfall the readings that stand for it, by their numbers.

    Returns
    -------
    The mean over the readings, area by area: the share of Horton's fall is what the capacity depends on linearly,
    and so is the water in a base. Without a reading the ground is ready.
    """
    by_area = [states_of(area, readings, n) for n, area in enumerate(site.areas)]
    over_time = _OfSite.of(by_area)
    areas, stores = {}, []
    for ratio, chosen in moments.items():
        if not len(chosen):
            areas[ratio] = tuple(READY for _ in site.areas)
            continue
        areas[ratio] = tuple(states.mean(chosen) for states in by_area)
        stores.extend(_stores(site, over_time, ratio, chosen))
    return SiteGround(areas, tuple(stores))


def stores_of(site: Site) -> list[tuple[str, str]]:
    """Stores of a community's ground, each with the id of its facility: soil, bases of pavings, facilities."""
    soil = any(a.plain_m2 * (100 - a.mix.impervious_percent) > 0 for a in site.areas)
    base = any(p.base_mm > 0 for a in site.areas for p in a.paving_m2)
    units = {(u.unit.kind, u.facility_id): None for a in site.areas for u in a.units}
    return [*([(SOIL, "")] if soil else []), *([(BASE, "")] if base else []), *units]


@dataclass(frozen=True)
class _OfSite:
    """States of all areas of a site: moments x areas, and of each area its facilities'."""

    recovered: np.ndarray
    base_filled: np.ndarray
    units_filled: tuple[tuple[np.ndarray, ...], ...]

    @classmethod
    def of(cls, by_area: Sequence[StatesOverTime]) -> _OfSite:
        recovered, base = (
            np.stack([getattr(states, name) for states in by_area], axis=1) if by_area else np.zeros((0, 0))
            for name in ("recovered", "base_filled")
        )
        return cls(recovered, base, tuple(states.units_filled for states in by_area))


def _stores(site: Site, states: _OfSite, ratio: float, chosen: Sequence[int]) -> list[StoreState]:
    """The stores of a whole community on the chosen days."""
    soil_m2 = np.array([a.plain_m2 * (1 - a.mix.impervious_percent / 100) for a in site.areas])
    base_m3 = np.array([sum(m2 * p.base_mm for p, m2 in a.paving_m2.items()) for a in site.areas])
    days = list(chosen)
    recovered, filled = states.recovered[days], states.base_filled[days]
    found = []
    for store, weights, free in ((SOIL, soil_m2, recovered), (BASE, base_m3, 1 - filled)):
        if weights.sum() > 0:
            found.append(_store(ratio, store, "", free @ weights / weights.sum()))
    for n, area in enumerate(site.areas):
        for number, unit in enumerate(area.units):
            free = 1 - states.units_filled[n][number][days]
            found.append(_store(ratio, unit.unit.kind, unit.facility_id, free))
    return found


def _store(ratio: float, store: str, facility_id: str, free: np.ndarray) -> StoreState:
    return StoreState(
        ratio, store, facility_id, len(free), float(free.mean()), float(free.min()), float(free.max())
    )


def given_states(
    site: Site, sponge: SpongeSettings, found: Sequence[GroundState] | None
) -> tuple[GroundState, ...]:
    """States of a site's areas: those found in the series' run, but for what the project says itself.

    ``found`` are those of the run, one for each area; None, or ``sponge.initial`` "empty", takes the ground as
    ready for rain.
    """
    states = found if found is not None and sponge.initial != "empty" else [READY for _ in site.areas]
    return tuple(stated(state, sponge, len(a.units)) for state, a in zip(states, site.areas, strict=True))

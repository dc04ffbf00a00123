"""Table of the states in which storms and events find rain tanks and ground: how much of each is free."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from spongecalc.assess.modelled import Modelled
from spongecalc.project.sponge_settings import SpongeSettings
from spongecalc.rainfall.storm import Storm
from spongecalc.sponge.event_runs import DEPTH_RATIOS, Site
from spongecalc.sponge.ground_states import SOIL, SiteGround, stores_of
from spongecalc.sponge.tank_states import SiteStates
from spongecalc.swmm.tank import Tank
from spongecalc.swmm.tank_start import TankStates

STATE_COLUMNS = [
    "community_id",
    "scenario",
    "storm_id",
    "depth_mm",
    "store",
    "facility_id",
    "state_days",
    "free_percent",
    "free_least_percent",
    "free_most_percent",
    "state_source",
]


def tank_source(sponge: SpongeSettings) -> str:
    """The source of the tanks' states: what the project says of them, or the daily balance."""
    if sponge.initial_tank_free_percent is not None:
        return "given"
    return "empty" if sponge.initial == "empty" else "daily_balance"


def free_share(free: np.ndarray, whole: float) -> dict[str, float]:
    """Free part of a store in percent: its mean, least and most over some days."""
    share = 100 * free / whole if whole > 0 else np.full(len(free), np.nan)
    return {
        "state_days": len(free),
        "free_percent": float(share.mean()),
        "free_least_percent": float(share.min()),
        "free_most_percent": float(share.max()),
    }


def storm_rows(
    modelled: Sequence[Modelled], storms: Sequence[Storm], sponge: SpongeSettings
) -> list[dict[str, object]]:
    """Rows of the tanks of each model under each storm."""
    source = tank_source(sponge)
    return [
        {
            "community_id": start.tank.community_id,
            "scenario": one.system.scenario,
            "storm_id": storm.storm_id,
            "depth_mm": storm.depth_mm,
            "store": "tank",
            "facility_id": start.tank.facility_id,
            **free_share(start.before(storm.depth_mm).free_m3, start.tank.volume_m3),
            "state_source": source,
        }
        for one in modelled
        for start in one.model.tank_starts
        for storm in storms
    ]


def event_rows(
    site: Site, states: SiteStates, ground: SiteGround | None, design_mm: float, sponge: SpongeSettings
) -> list[dict[str, object]]:
    """Rows of a site's tanks and ground in the events of the capture ratio; they name no storm."""
    source = tank_source(sponge)

    def row(tank: Tank, ratio: float, states: TankStates) -> dict[str, object]:
        return {
            "community_id": site.community_id,
            "scenario": site.scenario,
            "storm_id": "",
            "depth_mm": ratio * design_mm,
            "store": "tank",
            "facility_id": tank.facility_id,
            **free_share(states.free_m3, tank.volume_m3),
            "state_source": source,
        }

    of_tanks = [row(t, ratio, own[t.facility_id]) for t in site.tanks for ratio, own in states.items()]
    return [*of_tanks, *ground_rows(site, ground, design_mm, sponge)]


def ground_rows(
    site: Site, ground: SiteGround | None, design_mm: float, sponge: SpongeSettings
) -> list[dict[str, object]]:
    """Rows of a site's soil, bases and facilities in the events; ready for rain where the series was not run."""
    found = {(s.ratio, s.store, s.facility_id): s for s in ground.stores} if ground is not None else {}
    rows = []
    for store, facility_id in stores_of(site):
        for ratio in DEPTH_RATIOS:
            own, given = found.get((ratio, store, facility_id)), given_percent(store, sponge)
            if given is not None or own is None or sponge.initial == "empty":
                free = 100.0 if given is None else given
                values = (0, free, free, free, "empty" if given is None else "given")
            else:
                values = (own.days, 100 * own.mean, 100 * own.least, 100 * own.most, "continuous")
            named = (site.community_id, site.scenario, "", ratio * design_mm, store, facility_id)
            rows.append(dict(zip(STATE_COLUMNS, (*named, *values), strict=True)))
    return rows


def given_percent(store: str, sponge: SpongeSettings) -> float | None:
    """The free share in percent that the project itself gives to a store of the ground."""
    if store == SOIL:
        return sponge.initial_soil_recovered_percent
    filled = sponge.initial_base_filled_percent
    return None if filled is None else 100.0 - filled


def initial_states(*rows: Iterable[dict[str, object]]) -> pd.DataFrame:
    """The table, by community; a community's rows stay in the order given."""
    table = pd.DataFrame([r for some in rows for r in some], columns=STATE_COLUMNS)
    return table.sort_values("community_id", kind="stable", ignore_index=True)

"""The states in which rain tanks meet the events: how full they are on the series' days of such a depth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.project.sponge_settings import SpongeSettings
from spongecalc.rainfall.capture_ratio import LEAST_DAY_MM
from spongecalc.sponge.event_runs import DEPTH_RATIOS, Site
from spongecalc.swmm.tank_start import TankStates, states_by_day

SiteStates = Mapping[float, Mapping[str, TankStates]]
"""A site's tanks by the depth of the storm over the design rainfall and by facility."""


def days_of_depths(daily_mm: np.ndarray, depths_mm: Sequence[float]) -> list[np.ndarray]:
    """Numbers of the days whose rain is nearest to each of some rising depths.

    A depth that no day comes near takes the days of the depth below it; without any rainy day, all days.
    """
    middles = [(a + b) / 2 for a, b in pairwise(depths_mm)]
    found: list[np.ndarray] = []
    for low, high in zip([0.0, *middles], [*middles, np.inf], strict=True):
        own = np.flatnonzero((daily_mm >= max(low, LEAST_DAY_MM)) & (daily_mm < high))
        found.append(own if len(own) else (found[-1] if found else np.arange(len(daily_mm))))
    return found


def tank_states(
    site: Site, daily_mm: np.ndarray, design_mm: float, catalogue: Catalogue, sponge: SpongeSettings
) -> SiteStates:
    """States of a site's tanks at the start of the series' days, by the depth of the day's rain.

    The balance over the series' days says how full each tank was; a storm of a depth meets the tanks as they
    were on days of about that depth.
    """
    days = days_of_depths(daily_mm, [r * design_mm for r in DEPTH_RATIOS])
    whole = {
        t.facility_id: states_by_day(t, site.tanks, site.areas, daily_mm, catalogue, sponge) for t in site.tanks
    }
    return {
        ratio: {name: states.on(own) for name, states in whole.items()}
        for ratio, own in zip(DEPTH_RATIOS, days, strict=True)
    }

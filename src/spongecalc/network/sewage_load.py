"""Households' sewage as mean dry-weather flow at the nodes where it enters."""

from __future__ import annotations

import math
from collections.abc import Sequence

import geopandas as gpd

from spongecalc.network.sources import Source
from spongecalc.project.sewage_settings import SewageSettings

SECONDS_PER_DAY = 86400.0


def mean_sewage_l_s(residents: float, quota_l_d: float, discharge_ratio: float) -> float:
    """Mean dry-weather flow of a number of residents.

    Parameters
    ----------
    residents
        Number of people.
    quota_l_d
        Water used per person and day, in litres.
    discharge_ratio
        Share of the water used that becomes sewage, 0 to 1.

    Returns
    -------
    Mean flow over the day in l/s.

    References
    ----------
    GB 50014-2021, section 4.1, on the comprehensive domestic sewage quota (80 to 90 % of the water quota).
    """
    return residents * quota_l_d * discharge_ratio / SECONDS_PER_DAY


def residents_of(building: object, settings: SewageSettings) -> float:
    """Residents of a building, from its households where they were not counted; 0 where both are unknown."""
    return _counted(float(building.residents), float(building.households), settings)  # type: ignore[attr-defined]


def _counted(residents: float, households: float, settings: SewageSettings) -> float:
    if not math.isnan(residents):
        return residents
    return 0.0 if math.isnan(households) else households * settings.residents_per_household


def sewage_by_node_l_s(
    buildings: gpd.GeoDataFrame, entering: Sequence[Source], settings: SewageSettings
) -> dict[str, float]:
    """Mean sewage flow by node id.

    A building's flow is shared out by the kinds of lateral that it has (toilet, kitchen, balcony), in the
    proportions of the project's settings, and equally among laterals of one kind.
    """
    flows: dict[str, float] = {}
    for source, flow in sewage_by_source_l_s(buildings, entering, settings):
        flows[source.node_id] = flows.get(source.node_id, 0.0) + flow
    return flows


def sewage_by_source_l_s(
    buildings: gpd.GeoDataFrame, entering: Sequence[Source], settings: SewageSettings
) -> tuple[tuple[Source, float], ...]:
    """Mean sewage flow of each source, in l/s, shared out as in :func:`sewage_by_node_l_s`."""
    flows: list[tuple[Source, float]] = []
    shares: dict[str, float] = {str(part): share for part, share in settings.shares.items()}
    by_building: dict[str, list[Source]] = {}
    for source in entering:
        if source.water == "sewage" and source.building_id is not None:
            by_building.setdefault(source.building_id, []).append(source)
    rows = buildings.sort_values("building_id")
    for building, residents, households in zip(
        rows["building_id"], rows["residents"].tolist(), rows["households"].tolist(), strict=True
    ):
        own = by_building.get(building, [])
        counted = _counted(float(residents), float(households), settings)
        flow = mean_sewage_l_s(counted, settings.quota_l_d, settings.discharge_ratio)
        if not own or flow <= 0:
            continue
        counts = {part: sum(s.part == part for s in own) for part in {s.part for s in own}}
        weights = [shares.get(s.part, 1.0) / counts[s.part] for s in own]
        for source, weight in zip(own, weights, strict=True):
            flows.append((source, flow * weight / sum(weights)))
    return tuple(flows)

"""Households' sewage as mean dry-weather flow at the nodes where it enters."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import geopandas as gpd

from spongecalc.network.sources import Source
from spongecalc.project.sewage_settings import SewageSettings

SECONDS_PER_DAY = 86400.0


@dataclass(frozen=True)
class SewageShares:
    """The residents of a building, and what each of its laterals weighs of their sewage, with the total."""

    residents: float
    weights: tuple[tuple[Source, float], ...]
    total: float


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
    return flows_by_node_l_s(sewage_shares(buildings, entering, settings), settings)


def flows_by_node_l_s(shares: Sequence[SewageShares], settings: SewageSettings) -> dict[str, float]:
    """Mean sewage flow by node id, of buildings whose sewage is shared out."""
    flows: dict[str, float] = {}
    for source, flow in _flows_l_s(shares, settings):
        flows[source.node_id] = flows.get(source.node_id, 0.0) + flow
    return flows


def sewage_by_source_l_s(
    buildings: gpd.GeoDataFrame, entering: Sequence[Source], settings: SewageSettings
) -> tuple[tuple[Source, float], ...]:
    """Mean sewage flow of each source, in l/s, shared out as in :func:`sewage_by_node_l_s`."""
    return tuple(_flows_l_s(sewage_shares(buildings, entering, settings), settings))


def sewage_shares(
    buildings: gpd.GeoDataFrame, entering: Sequence[Source], settings: SewageSettings
) -> tuple[SewageShares, ...]:
    """Return how each building's sewage is shared out among its laterals, in the order of buildings.

    Of the settings it turns on ``shares`` and ``residents_per_household``, and on no flow of a resident.
    """
    found: list[SewageShares] = []
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
        if not own or counted <= 0:
            continue
        counts = {part: sum(s.part == part for s in own) for part in {s.part for s in own}}
        weights = [shares.get(s.part, 1.0) / counts[s.part] for s in own]
        found.append(SewageShares(counted, tuple(zip(own, weights, strict=True)), sum(weights)))
    return tuple(found)


def _flows_l_s(shares: Sequence[SewageShares], settings: SewageSettings) -> Iterator[tuple[Source, float]]:
    """Each source with its mean flow in l/s."""
    for one in shares:
        flow = mean_sewage_l_s(one.residents, settings.quota_l_d, settings.discharge_ratio)
        if flow > 0:
            yield from ((source, flow * weight / one.total) for source, weight in one.weights)

"""Water that enters old sewage pipes through the ground: ground water all day, and some of every rain."""

from __future__ import annotations

import math

import pandas as pd

from spongecalc.network.pipe_length import pipe_lengths_m
from spongecalc.network.sewage_load import SECONDS_PER_DAY
from spongecalc.project.infiltration_settings import InfiltrationSettings
from spongecalc.scenario import DrainageSystem
from spongecalc.standards.tables import table

INFILTRATION_COLUMNS = [
    "community_id",
    "scenario",
    "pipes",
    "pipes_of_unknown_year",
    "length_m",
    "groundwater_m3_d",
    "sewershed_m2",
    "rain_share_percent",
]


def infiltration_m3_d(length_m: float, diameter_mm: float, rate_m3_d_cm_km: float) -> float:
    """Ground water that a pipe takes in a day, in proportion to its wall.

    Parameters
    ----------
    length_m
        Length in m, 0 or more.
    diameter_mm
        Inner diameter in mm.
    rate_m3_d_cm_km
        Rate in m3 a day for each cm of diameter and km of length.

    Returns
    -------
    Flow in m3/d.

    References
    ----------
    US EPA (1991), Sewer System Infrastructure Analysis and Rehabilitation, EPA/625/6-91/030: rates by inch of
    diameter and mile; 1 US gal/(d in mile) = 9.26e-4 m3/(d cm km). Validity: ground water above the pipe.
    """
    return rate_m3_d_cm_km * diameter_mm / 10 * length_m / 1000


def rate_of_age(age_a: float, settings: InfiltrationSettings) -> float:
    """The rate of a pipe of an age in years: the project's own, else that of the table infiltration_rates."""
    own = [(r.from_age_a, r.m3_d_cm_km) for r in settings.rates]
    if not own:
        rows = table("infiltration_rates").sort_values("from_age_a")
        own = list(zip(rows["from_age_a"].astype(float), rows["m3_d_cm_km"].astype(float), strict=True))
    return next((rate for age, rate in reversed(own) if age_a >= age), own[0][1])


def leaky_pipes(system: DrainageSystem, settings: InfiltrationSettings) -> pd.DataFrame:
    """The pipes that take in ground water: pipe_id, from_node, community_id, length_m, age_a, flow_m3_d, known.

    A pipe's age is that of its year; without one a proposed pipe is new and any other as old as the settings say.
    A pipe that is no circle counts by the circle of its wall. Pipes without a size take nothing.
    """
    rows = []
    pipes = system.pipes[system.pipes["system"].isin(settings.systems)].sort_values("pipe_id")
    for row, length in zip(pipes.itertuples(), pipe_lengths_m(pipes).tolist(), strict=True):
        known = not math.isnan(float(row.year))
        age = settings.year - float(row.year) if known else settings.unknown_existing_a
        if not known and row.status == "proposed":
            age = 0.0
        diameter = float(row.diameter_mm)
        if math.isnan(diameter):
            diameter = 2 * (float(row.width_mm) + float(row.height_mm)) / math.pi
        age = max(age, 0.0)
        flow = infiltration_m3_d(length, diameter, rate_of_age(age, settings))
        flow = 0.0 if math.isnan(flow) else flow
        rows.append((row.pipe_id, row.from_node, row.community_id, length, age, flow, known))
    columns = ["pipe_id", "from_node", "community_id", "length_m", "age_a", "flow_m3_d", "known"]
    return pd.DataFrame(rows, columns=columns)


def groundwater_by_node_l_s(system: DrainageSystem, settings: InfiltrationSettings) -> dict[str, float]:
    """Ground water by the node where it enters the model: each pipe's at its upper end; empty where it is off."""
    if not settings.groundwater:
        return {}
    by_node = leaky_pipes(system, settings).groupby("from_node")["flow_m3_d"].sum()
    return {str(n): float(q) * 1000 / SECONDS_PER_DAY for n, q in by_node.items() if q > 0}


def sewershed_by_node_m2(system: DrainageSystem, settings: InfiltrationSettings) -> dict[str, float]:
    """Ground whose rain partly finds its way into old pipes, by the node where it enters; empty where it is off.

    A community's area is shared out among its pipes of ``old_from_a`` years and more, by their length.
    """
    if not settings.rain_derived:
        return {}
    pipes = leaky_pipes(system, settings)
    pipes = pipes[pipes["age_a"] >= settings.old_from_a]
    areas = {r.community_id: float(r.geometry.area) for r in system.boundaries.itertuples()}
    found: dict[str, float] = {}
    for community, own in pipes.groupby("community_id"):
        total = float(own["length_m"].sum())
        for row in own.itertuples():
            if total > 0 and community in areas:
                node = str(row.from_node)
                found[node] = found.get(node, 0.0) + areas[community] * float(row.length_m) / total
    return found


def infiltration_table(systems: list[DrainageSystem], settings: InfiltrationSettings) -> pd.DataFrame:
    """Rows of infiltration.csv: what enters each community's pipes, as it was put into the models."""
    rows = []
    share = sum(h.r_percent for h in settings.hydrographs) if settings.rain_derived else 0.0
    for system in systems:
        pipes = leaky_pipes(system, settings)
        areas = {r.community_id: float(r.geometry.area) for r in system.boundaries.itertuples()}
        for community in system.communities:
            own = pipes[pipes["community_id"] == community]
            old = own[own["age_a"] >= settings.old_from_a]
            rows.append(
                {
                    "community_id": community,
                    "scenario": system.scenario,
                    "pipes": len(own),
                    "pipes_of_unknown_year": int((~own["known"].astype(bool)).sum()),
                    "length_m": float(own["length_m"].sum()),
                    "groundwater_m3_d": float(own["flow_m3_d"].sum()) if settings.groundwater else 0.0,
                    "sewershed_m2": areas.get(community, 0.0) if settings.rain_derived and len(old) else 0.0,
                    "rain_share_percent": share if len(old) else 0.0,
                }
            )
    table_of = pd.DataFrame(rows, columns=INFILTRATION_COLUMNS)
    return table_of.sort_values(["community_id", "scenario"], ignore_index=True)

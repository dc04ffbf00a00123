"""Measuring sites: what the sensors at one node say of dry weather, each quantity with its error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import pandas as pd

from spongecalc.evidence.dry_weather import daily_mean, daily_peak, dry_times, with_instrument
from spongecalc.evidence.mass_balance import Measured
from spongecalc.evidence.measured_quantity import UNITS
from spongecalc.evidence.sensor_file import SensorReadings
from spongecalc.project.evidence_settings import EvidenceSettings

SENSOR_COLUMNS = [
    "community_id",
    "sensor_id",
    "place",
    "node_id",
    "measurand",
    "unit",
    "measured",
    "measured_error",
    "readings",
    "dry_readings",
    "hours_covered",
    "from_time",
    "to_time",
    "dropped",
    "file",
]


# What is compared by the highest hour of the mean day, since that is what a model's statistics hold.
HEIGHTS = ("depth_m", "level_m")


@dataclass(frozen=True)
class Site:
    """The means over dry weather at one node by quantity; ``system`` is that of the node."""

    node_id: str
    community_id: str
    system: str
    means: Mapping[str, Measured]


def node_of(place: str, graph: nx.MultiDiGraph) -> str | None:
    """The node whose water a sensor sees: itself, or the upper node of its pipe; None where there is none."""
    if place in graph:
        return place
    return next((str(upper) for upper, _, key in graph.edges(keys=True) if key == ("pipes", place)), None)


def instrument_error(quantity: str, settings: EvidenceSettings) -> tuple[float, float]:
    """Relative error in percent and absolute floor of a quantity, the latter in its own unit."""
    waters = {"nh3_mg_l": settings.nh3, "conductivity_us_cm": settings.conductivity}
    waters["temperature_c"] = settings.temperature
    if quantity in waters:
        return waters[quantity].error_percent, waters[quantity].floor
    if quantity == "flow_l_s":
        return settings.flow_error_percent, settings.flow_floor_l_s
    # A level is read to the centimetre, whatever its height above the sea.
    return 0.0, 0.01


def dry_sites(
    readings: Sequence[SensorReadings],
    graphs: Sequence[nx.MultiDiGraph],
    rain_mm: pd.Series | None,
    settings: EvidenceSettings,
) -> tuple[tuple[Site, ...], pd.DataFrame]:
    """Sites with their dry-weather means, in the order of their nodes; and the rows of evidence_sensors.csv.

    Several sensors of one quantity at one node are averaged. A sensor without a dry reading, or whose place is
    not part of the scenario, has a row without a mean.
    """
    rows: list[dict[str, object]] = []
    means: dict[str, dict[str, list[Measured]]] = {}
    about: dict[str, tuple[str, str]] = {}
    for one in readings:
        graph = next((g for g in graphs if node_of(one.place, g) is not None), None)
        node = node_of(one.place, graph) if graph is not None else None
        times = pd.DatetimeIndex(one.readings.index)
        dry = one.readings[dry_times(times, rain_mm, settings.dry_after_h, settings.dry_rain_mm)]
        mean, hours = None, 0
        if len(dry):
            plain, hours = (daily_peak if one.quantity in HEIGHTS else daily_mean)(dry)
            mean = with_instrument(plain, *instrument_error(one.quantity, settings))
        if graph is not None and node is not None and mean is not None:
            means.setdefault(node, {}).setdefault(one.quantity, []).append(mean)
            about[node] = (str(graph.nodes[node]["community_id"]), str(graph.nodes[node]["system"]))
        rows.append(
            {
                "community_id": one.community_id,
                "sensor_id": one.sensor_id,
                "place": one.place,
                "node_id": node or "",
                "measurand": one.quantity,
                "unit": UNITS[one.quantity],
                "measured": mean.value if mean else float("nan"),
                "measured_error": mean.error if mean else float("nan"),
                "readings": len(one.readings),
                "dry_readings": len(dry),
                "hours_covered": hours,
                "from_time": times[0].isoformat(sep=" ", timespec="minutes"),
                "to_time": times[-1].isoformat(sep=" ", timespec="minutes"),
                "dropped": one.dropped,
                "file": one.file,
            }
        )
    sites = tuple(
        Site(node, *about[node], {q: averaged(v) for q, v in sorted(found.items())})
        for node, found in sorted(means.items())
    )
    return sites, pd.DataFrame(rows, columns=SENSOR_COLUMNS)


def averaged(values: Sequence[Measured]) -> Measured:
    """Mean of several readings of one thing, their errors taken as independent."""
    error = sum(v.error**2 for v in values) ** 0.5 / len(values)
    return Measured(sum(v.value for v in values) / len(values), error)

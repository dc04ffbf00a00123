"""Everything that measurements say: the sensors' means, the balance, the model beside them, and the search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from spongecalc.assess.measured_and_modelled import comparison_table
from spongecalc.assess.modelled import Modelled
from spongecalc.evidence.network_search import location_table
from spongecalc.evidence.sensor_file import SensorReadings, places_of, read_sensors, sensor_files
from spongecalc.evidence.site import dry_sites
from spongecalc.evidence.site_balance import balance_table
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.network.graph import drainage_graph
from spongecalc.project.evidence_settings import EvidenceSettings
from spongecalc.rainfall.rain_file_error import RainFileError
from spongecalc.rainfall.read_series import read_series


@dataclass(frozen=True)
class Measurements:
    """Readings of sensors and rain; ``files`` are their names in the project's folder."""

    sensors: tuple[SensorReadings, ...] = ()
    rain_mm: pd.Series | None = None
    findings: tuple[Finding, ...] = ()
    files: tuple[str, ...] = field(default=())


def read_measurements(folder: Path, layers: LayerSet, settings: EvidenceSettings) -> Measurements:
    """Read the files that the monitoring layer names, and the rain that tells dry weather from wet."""
    monitoring = layers["monitoring"]
    if monitoring.empty:
        return Measurements()
    places = places_of((layers["nodes"], layers["pipes"]))
    sensors, findings = read_sensors(folder, monitoring, places)
    files = sensor_files(monitoring)
    if settings.rain is None:
        undated = Finding("monitoring.no_rain", Feature("monitoring"))
        return Measurements(sensors, None, (*findings, undated), files)
    try:
        asked = settings.rain
        rain = read_series(folder / asked.file, asked.choices, key="rain", name=asked.file).depth_mm
    except RainFileError as reason:
        said = {"file": asked.file, "reason": reason.fault}
        refused = Finding("monitoring.rain_unreadable", Feature("monitoring", file=asked.file), said)
        return Measurements(sensors, None, (*findings, refused), files)
    return Measurements(sensors, rain, findings, files)


def evidence_tables(
    measurements: Measurements, modelled: Sequence[Modelled], scenario: str, settings: EvidenceSettings
) -> dict[str, pd.DataFrame]:
    """The tables evidence_sensors, _balance, _comparison and _location; none where nothing was measured.

    ``modelled`` may have no results (then nothing is compared); those of ``scenario``, in which sensors measured,
    are used.
    """
    if not measurements.sensors:
        return {}
    own = [m for m in modelled if m.system.scenario == scenario]
    graphs = {(m.model.name, m.model.scenario): drainage_graph(m.system) for m in own}
    listed = list(graphs.values())
    sites, sensors = dry_sites(measurements.sensors, listed, measurements.rain_mm, settings)
    return {
        "evidence_sensors": sensors,
        "evidence_balance": balance_table(listed, sites, settings),
        "evidence_comparison": comparison_table(sensors, own, graphs, settings),
        "evidence_location": location_table(listed, sites, settings),
    }

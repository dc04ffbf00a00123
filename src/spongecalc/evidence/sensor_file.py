"""Sensors' files: the readings over time that the monitoring layer names, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import geopandas as gpd
import pandas as pd

from spongecalc.evidence.measured_quantity import Quantity, quantity_of
from spongecalc.layers.finding import Finding, finding_at
from spongecalc.layers.sources.raw import SourceRefusedError
from spongecalc.layers.sources.table_file import TABLE_SUFFIXES, read_table

TIME_NAMES = ("time", "datetime", "date", "timestamp", "时间", "日期", "监测时间", "采样时间", "观测时间")
# What cannot be less than nothing: a reading below is one of a sensor that failed. Flow may run backwards.
NEVER_NEGATIVE = ("nh3_mg_l", "conductivity_us_cm", "depth_m")


@dataclass(frozen=True)
class SensorReadings:
    """The record of one sensor: ``readings`` over time, in the unit of the quantity's name.

    ``place`` is the node or pipe that the layer names; ``dropped`` how many cells held no reading.
    """

    sensor_id: str
    place: str
    community_id: str
    quantity: str
    file: str
    readings: pd.Series
    dropped: int
    x_m: float
    y_m: float


def sensor_files(monitoring: gpd.GeoDataFrame) -> tuple[str, ...]:
    """The files that a monitoring layer names inside the project's folder, sorted."""
    names = {_inside(file) for file in monitoring["readings_file"] if isinstance(file, str)}
    return tuple(sorted(n for n in names if n))


def read_sensors(
    folder: Path, monitoring: gpd.GeoDataFrame, places: frozenset[str]
) -> tuple[tuple[SensorReadings, ...], tuple[Finding, ...]]:
    """Read every sensor's file; one that cannot be used is a finding, and the others go on.

    A file is a table (.csv, .txt, .xlsx) with a column of times and one of readings: the one headed with the
    sensor's id, else the one whose heading names the quantity, else the only other one. "<0.1" is read as half
    the limit of detection; other cells that hold no number are counted and left out.

    Parameters
    ----------
    folder
        The project's, which files are relative to.
    monitoring
        The layer.
    places
        Ids of all nodes and pipes.
    """
    found: list[SensorReadings] = []
    findings: list[Finding] = []
    tables: dict[str, pd.DataFrame] = {}
    for row in monitoring.sort_values("sensor_id", kind="stable").itertuples():
        try:
            found.append(_sensor(folder, row, places, tables, findings))
        except SourceRefusedError as refusal:
            findings.append(finding_at(refusal.rule, "monitoring", row, **refusal.found))
    return tuple(found), tuple(findings)


def _sensor(
    folder: Path, row: object, places: frozenset[str], tables: dict[str, pd.DataFrame], findings: list[Finding]
) -> SensorReadings:
    place, file = getattr(row, "node_or_pipe", None), getattr(row, "readings_file", None)
    words = getattr(row, "quantity", None)
    if not isinstance(place, str) or place not in places:
        raise SourceRefusedError("monitoring.no_place", place=place or "-")
    quantity = quantity_of(words) if isinstance(words, str) else None
    if quantity is None:
        raise SourceRefusedError("monitoring.unknown_quantity", quantity=words or "-")
    name = _inside(file) if isinstance(file, str) else None
    if name is None or not (folder / name).is_file():
        raise SourceRefusedError("monitoring.file_missing", file=file or "-")
    if name not in tables:
        if Path(name).suffix.lower() not in TABLE_SUFFIXES:
            raise SourceRefusedError("monitoring.file_unreadable", file=name, reason=Path(name).suffix or "-")
        try:
            tables[name] = read_table(folder / name)
        except SourceRefusedError as refusal:
            reason = str(refusal.found.get("reason", refusal.rule))
            raise SourceRefusedError("monitoring.file_unreadable", file=name, reason=reason) from refusal
    table = tables[name]
    time, values = _columns(table, str(row.sensor_id), quantity, name)  # type: ignore[attr-defined]
    readings, dropped, first = _readings(table, time, values, quantity)
    if readings.empty:
        raise SourceRefusedError("monitoring.no_readings", file=name, column=values)
    if dropped:
        findings.append(
            finding_at(
                "monitoring.bad_readings",
                "monitoring",
                row,
                file=name,
                count=dropped,
                total=len(table),
                first=first,
            )
        )
    community = getattr(row, "community_id", None)
    point = row.geometry.centroid  # type: ignore[attr-defined]
    return SensorReadings(
        str(row.sensor_id),  # type: ignore[attr-defined]
        place,
        community if isinstance(community, str) else "",
        quantity.name,
        name,
        readings,
        dropped,
        point.x,
        point.y,
    )


def _columns(table: pd.DataFrame, sensor_id: str, quantity: Quantity, file: str) -> tuple[str, str]:
    names = [str(c) for c in table.columns if c != "table_row"]
    time = next((n for n in names if n.strip().lower() in TIME_NAMES), names[0] if names else "")
    others = [n for n in names if n != time]
    own = [n for n in others if n.strip() == sensor_id]
    named = [n for n in others if (q := quantity_of(n)) is not None and q.name == quantity.name]
    chosen = own or (named if len(named) == 1 else []) or (others if len(others) == 1 else [])
    if not chosen:
        listed = ", ".join(names) or "-"
        raise SourceRefusedError("monitoring.no_column", file=file, sensor=sensor_id, columns=listed)
    return time, chosen[0]


def _readings(table: pd.DataFrame, time: str, column: str, quantity: Quantity) -> tuple[pd.Series, int, int]:
    """Readings over time in order, how many rows held none, and the first such row in the file."""
    headed = quantity_of(column)
    factor = headed.factor if headed is not None and headed.name == quantity.name else quantity.factor
    if headed is not None and headed.factor == 1.0:
        factor = quantity.factor
    when = pd.to_datetime(table[time], errors="coerce", format="mixed")
    raw = table[column].map(lambda v: "" if v is None else str(v).strip())
    limit = raw.str.startswith(("<", "＜"))
    values = pd.to_numeric(raw.str.lstrip("<＜ "), errors="coerce") * factor
    values = values.where(~limit, values / 2)
    sound = when.notna() & values.notna() & ~values.isin([float("inf"), float("-inf")])
    if quantity.name in NEVER_NEGATIVE:
        sound &= values >= 0
    bad = table.loc[~sound, "table_row"]
    series = pd.Series(values[sound].to_numpy(dtype=float), index=pd.DatetimeIndex(when[sound]))
    series = series.groupby(level=0).mean().sort_index()
    return series, int((~sound).sum()), int(bad.iloc[0]) if len(bad) else 0


def _inside(file: str) -> str | None:
    """The path if it stays in the project's folder; None where it does not."""
    text = file.strip().replace("\\", "/")
    parts = PurePosixPath(text)
    if not text or parts.is_absolute() or ".." in parts.parts or ":" in text:
        return None
    return parts.as_posix()


def places_of(frames: Sequence[gpd.GeoDataFrame]) -> frozenset[str]:
    """Ids of nodes and pipes, from both layers."""
    return frozenset(
        str(v)
        for frame, column in zip(frames, ("node_id", "pipe_id"), strict=True)
        for v in frame[column].dropna()
    )

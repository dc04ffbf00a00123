"""Result of one run of the SWMM engine, in SI units, and its form on disk."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from spongecalc.whole_file import replace_file

FRAMES: dict[str, tuple[tuple[str, type], ...]] = {
    "subcatchments": (
        ("area_m2", float),
        ("rainfall_mm", float),
        ("rainfall_m3", float),
        ("infiltration_m3", float),
        ("evaporation_m3", float),
        ("runon_m3", float),
        ("runoff_m3", float),
        ("peak_l_s", float),
    ),
    "nodes": (
        ("kind", str),
        ("max_depth_m", float),
        ("surcharged_h", float),
        ("flooded_h", float),
        ("flood_volume_m3", float),
        ("flood_peak_l_s", float),
        ("max_ponded_m3", float),
        ("inflow_peak_l_s", float),
        ("lateral_inflow_m3", float),
        ("nonconverged_steps", int),
    ),
    "links": (
        ("kind", str),
        ("peak_l_s", float),
        ("max_velocity_m_s", float),
        ("max_depth_m", float),
        ("max_fullness", float),
        ("surcharged_h", float),
        ("flow_turns", int),
    ),
    "outfalls": (
        ("volume_m3", float),
        ("peak_l_s", float),
        ("volume_out_m3", float),
        ("volume_in_m3", float),
    ),
    "storages": (
        ("initial_volume_m3", float),
        ("final_volume_m3", float),
        ("max_volume_m3", float),
        ("evaporation_m3", float),
        ("exfiltration_m3", float),
    ),
    "pumps": (
        ("starts", int),
        ("on_h", float),
        ("volume_m3", float),
        ("mean_l_s", float),
        ("peak_l_s", float),
        ("energy_kwh", float),
    ),
}
"""Columns that every frame of a result has, in order; loads and ``_after_mark`` columns follow them."""

Severity = Literal["error", "warning"]
Status = Literal["done", "failed"]


@dataclass(frozen=True)
class Message:
    """Something a run has to say, whose wording is in the language files.

    Attributes
    ----------
    severity : "error" or "warning"
    key : str
        Where the wording is: ``engine.error.205``, ``engine.warning.02``, ``engine.run.file_missing``; below
        it the texts ``meaning`` and ``action``.
    engine_text : str
        SWMM's own sentence, empty where the message is not SWMM's.
    subject : str
        The object, keyword or file that the message is about.
    line : int or None
        Line of the .inp counted as an editor counts, from 1.
    section : str
        Section of the .inp that holds the line, without brackets.
    line_text : str
        That line.
    values : tuple of (name, value)
        Fields of the wording.
    """

    severity: Severity
    key: str
    engine_text: str = ""
    subject: str = ""
    line: int | None = None
    section: str = ""
    line_text: str = ""
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class SeriesRequest:
    """Time series that a run shall bring back; columns of ``RunResult.series``.

    Attributes
    ----------
    subcatchment_runoff : bool
        ``runoff_l_s:<id>`` of every subcatchment, LID outflow included.
    outfall_inflow : bool
        ``inflow_l_s:<id>`` of every outfall; below nought where water flows in from outside.
    node_depth, node_lateral_inflow, node_flooding : tuple of ids
        ``depth_m:<id>``, ``lateral_inflow_l_s:<id>``, ``flooding_l_s:<id>``.
    node_concentration : tuple of (pollutant, id)
        ``concentration:<pollutant>:<id>``, in the model's unit of the pollutant.
    link_flow : tuple of ids
        ``flow_l_s:<id>``.
    system : bool
        ``rainfall_mm_h``, ``system_runoff_l_s``, ``system_outflow_l_s``, ``system_flooding_l_s``.
    """

    subcatchment_runoff: bool = False
    outfall_inflow: bool = False
    node_depth: tuple[str, ...] = ()
    node_lateral_inflow: tuple[str, ...] = ()
    node_flooding: tuple[str, ...] = ()
    node_concentration: tuple[tuple[str, str], ...] = ()
    link_flow: tuple[str, ...] = ()
    system: bool = False


def typed_frame(
    name: str, index: Sequence[str], columns: Mapping[str, Sequence[Any]], extra: Sequence[str] = ()
) -> pd.DataFrame:
    """Lay out one of the result's frames with fixed column order and types.

    Parameters
    ----------
    name : str
        Key of :data:`FRAMES`.
    index : sequence of str
        Object ids.
    columns : mapping
        Column -> values, one per id.
    extra : sequence of str
        Further float columns, in order.
    """
    layout = [*FRAMES[name], *((column, float) for column in extra)]
    kinds: dict[type, str] = {float: "float64", int: "int64", str: "object"}
    # From one dictionary of arrays: a batch lays out six frames a run, and pandas takes its time for series.
    data = {column: np.array(list(columns[column]), dtype=kinds[kind]) for column, kind in layout}
    rows = pd.Index(np.array(list(index), dtype="object"), dtype="object", name="id")
    return pd.DataFrame(data, index=rows, copy=False)


def empty_frame(name: str) -> pd.DataFrame:
    """Return one of the result's frames without rows."""
    return typed_frame(name, (), {column: () for column, _ in FRAMES[name]})


def series_frame(minutes: Sequence[float], columns: Mapping[str, Sequence[float] | np.ndarray]) -> pd.DataFrame:
    """Lay out the time series: minutes from the start of the simulation -> columns in the given order."""
    rows = pd.Index(np.array(list(minutes), dtype="float64"), name="minute")
    names = pd.Index(list(columns), dtype="object")
    if not len(names):
        return pd.DataFrame(index=rows, columns=names, dtype="float64")
    values = np.array([columns[name] for name in names], dtype="float64").reshape(len(names), len(rows))
    return pd.DataFrame(values.T, index=rows, columns=names, copy=False)


@dataclass(frozen=True, eq=False)
class RunResult:
    """Results of one run of one SWMM model, in SI units.

    Attributes
    ----------
    status : "done" or "failed"
        Failed: the engine stopped with an error, or a continuity error lies above 5 %.
    messages : tuple of Message
        Why it failed, and what a reviewer should know of a finished run.
    warnings : tuple of Message
        The WARNING lines of the engine's report.
    engine_version : str
    seconds : float
        Wall time of the run; the only figure that differs when the same model runs again.
    duration_h : float
        Simulated time [h].
    start : str
        Start of the simulation, ISO 8601.
    flow_units : str
        Flow units of the .inp; the result itself is SI.
    runoff_error_percent, routing_error_percent, quality_error_percent : float
        The engine's continuity errors; nan where the process is absent.
    mark_s : float or None
        Elapsed time of the second reading [s]; with it outfalls and nodes have columns ``..._after_mark``.
    totals_m3 : dict
        System totals by term [m3]; empty when the run did not finish.
    pollutants : dict
        Pollutant -> unit of its concentration in the model ("MG/L", "UG/L", "#/L").
    subcatchments, nodes, links, outfalls, storages, pumps : DataFrame
        Indexed by id, columns of :data:`FRAMES`. Of a pump ``mean_l_s`` is that of the time in which it ran.
        Outfalls also have ``load_<pollutant>_kg`` (``_count`` for pollutants counted in #/L). Their volumes and
        loads are net, what left less what came in; with a level outside they also have
        ``load_<pollutant>_in_kg``. ``peak_l_s`` is that of what leaves.
    unstable_links, nonconverging_nodes : tuple of (id, value)
        As in the engine's report: the five worst flow instability indexes; percent of steps without
        convergence. The value is nan where the report leaves an element out that the statistics name.
    series : DataFrame
        Indexed by minutes from the start; columns of the :class:`SeriesRequest`, and the inflow of every saved
        outfall that water flowed in at, below nought while it does: SWMM's own file has no sign.
    """

    status: Status
    messages: tuple[Message, ...] = ()
    warnings: tuple[Message, ...] = ()
    engine_version: str = ""
    seconds: float = 0.0
    duration_h: float = math.nan
    start: str = ""
    flow_units: str = ""
    runoff_error_percent: float = math.nan
    routing_error_percent: float = math.nan
    quality_error_percent: float = math.nan
    mark_s: float | None = None
    totals_m3: dict[str, float] = field(default_factory=dict)
    pollutants: dict[str, str] = field(default_factory=dict)
    subcatchments: pd.DataFrame = field(default_factory=lambda: empty_frame("subcatchments"))
    nodes: pd.DataFrame = field(default_factory=lambda: empty_frame("nodes"))
    links: pd.DataFrame = field(default_factory=lambda: empty_frame("links"))
    outfalls: pd.DataFrame = field(default_factory=lambda: empty_frame("outfalls"))
    storages: pd.DataFrame = field(default_factory=lambda: empty_frame("storages"))
    pumps: pd.DataFrame = field(default_factory=lambda: empty_frame("pumps"))
    unstable_links: tuple[tuple[str, float], ...] = ()
    nonconverging_nodes: tuple[tuple[str, float], ...] = ()
    series: pd.DataFrame = field(default_factory=lambda: series_frame((), {}))

    @property
    def worst_continuity_error_percent(self) -> float:
        """Largest absolute continuity error of runoff and routing [%]; nan when neither was computed."""
        present = [abs(e) for e in (self.runoff_error_percent, self.routing_error_percent) if not math.isnan(e)]
        return max(present, default=math.nan)

    def to_document(self) -> dict[str, Any]:
        """Return the result as plain values that JSON can hold, lossless; the same ones for the same result."""
        document: dict[str, Any] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, pd.DataFrame):
                index = _column_values(value.index.to_numpy())
                document[item.name] = {"index": index, "columns": _columns_values(value)}
                continue
            if item.name in ("messages", "warnings"):
                value = [asdict(message) for message in value]
            document[item.name] = _json_value(value)
        return document

    def to_json(self, path: Path) -> None:
        """Write the result to a file: lossless, and the same bytes for the same result.

        Parameters
        ----------
        path : Path
            File to write, UTF-8.
        """
        text = json.dumps(self.to_document(), ensure_ascii=False, allow_nan=False, indent=1)
        replace_file(path, f"{text}\n".encode())

    @classmethod
    def from_json(cls, path: Path) -> "RunResult":
        """Read a result that :meth:`to_json` wrote.

        Raises
        ------
        OSError
            The file cannot be read.
        ValueError
            The file holds something else.
        """
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except RecursionError as reason:
            raise ValueError(f"{path.name} is nested too deeply to be a run result") from reason
        return cls.from_document(document, path.name)

    @classmethod
    def from_document(cls, given: Any, name: str = "") -> "RunResult":
        """Put together a result from what :meth:`to_document` gave.

        Raises
        ------
        ValueError
            It is something else; ``name`` says of what file.
        """
        names = {item.name for item in fields(cls)}
        if not isinstance(given, dict) or set(given) != names:
            raise ValueError(f"{name} is not a run result of this version")
        document = dict(given)
        for frame, layout in FRAMES.items():
            columns = document[frame]["columns"]
            extra = [c for c in columns if c not in dict(layout)]
            document[frame] = typed_frame(frame, document[frame]["index"], columns, extra)
        document["series"] = series_frame(document["series"]["index"], document["series"]["columns"])
        for part in ("messages", "warnings"):
            document[part] = tuple(
                Message(**{**m, "values": tuple((k, v) for k, v in m["values"])}) for m in document[part]
            )
        for part in ("unstable_links", "nonconverging_nodes"):
            document[part] = tuple((i, math.nan if v is None else v) for i, v in document[part])
        for item in fields(cls):
            if item.type is float and document[item.name] is None:
                document[item.name] = math.nan
        return cls(**document)


def _columns_values(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """Columns as JSON has them; series, all of them floats, are taken out at once, which pandas does quicker."""
    if len(frame.columns) and (frame.dtypes == "float64").all():
        whole = frame.to_numpy()
        return {str(name): _column_values(whole[:, at]) for at, name in enumerate(frame.columns)}
    return {str(name): _column_values(frame[name].to_numpy()) for name in frame.columns}


def _column_values(values: np.ndarray) -> list[Any]:
    """A column as JSON has it; null for what is not finite."""
    plain: list[Any] = values.tolist()
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        return [value if math.isfinite(value) else None for value in plain]
    return plain


def _json_value(value: Any) -> Any:
    """Replace nan (and infinity), which JSON has no word for, by null, at any depth."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _json_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json_value(item) for item in value]
    return value

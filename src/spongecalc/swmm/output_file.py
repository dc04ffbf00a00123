"""Time series and section sizes from the binary results that SWMM leaves beside a run."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

import numpy as np
import pandas as pd
from pyswmm import Output
from swmm.toolkit.shared_enum import (  # swmm-toolkit: pyswmm's Output takes these and has none of its own
    ElementType,
    LinkAttribute,
    NodeAttribute,
    SubcatchAttribute,
    SystemAttribute,
)

from spongecalc.swmm.run_result import SeriesRequest, series_frame
from spongecalc.swmm.units import UnitFactors

FIRST_POLLUTANT = NodeAttribute.POLLUT_CONC_0.value

# Quantities that the engine saves of each object, pollutants aside, and of the system (``output.c``).
SUBCATCHMENT_VALUES, NODE_VALUES, LINK_VALUES, SYSTEM_VALUES = 8, 6, 5, 15
_CLOSING_BYTES = 24

SERIES: dict[str, dict[str, tuple[Enum, str]]] = {
    "subcatchment": {
        "rainfall_mm_h": (SubcatchAttribute.RAINFALL, "rain_mm"),
        "snow_depth_mm": (SubcatchAttribute.SNOW_DEPTH, "rain_mm"),
        "evaporation_mm_d": (SubcatchAttribute.EVAP_LOSS, "rain_mm"),
        "infiltration_mm_h": (SubcatchAttribute.INFIL_LOSS, "rain_mm"),
        "runoff_l_s": (SubcatchAttribute.RUNOFF_RATE, "flow_l_s"),
    },
    "node": {
        "depth_m": (NodeAttribute.INVERT_DEPTH, "length_m"),
        "head_m": (NodeAttribute.HYDRAULIC_HEAD, "length_m"),
        "volume_m3": (NodeAttribute.PONDED_VOLUME, "volume_m3"),
        "lateral_inflow_l_s": (NodeAttribute.LATERAL_INFLOW, "flow_l_s"),
        "inflow_l_s": (NodeAttribute.TOTAL_INFLOW, "flow_l_s"),
        "flooding_l_s": (NodeAttribute.FLOODING_LOSSES, "flow_l_s"),
    },
    "link": {
        "flow_l_s": (LinkAttribute.FLOW_RATE, "flow_l_s"),
        "depth_m": (LinkAttribute.FLOW_DEPTH, "length_m"),
        "velocity_m_s": (LinkAttribute.FLOW_VELOCITY, "length_m"),
        "volume_m3": (LinkAttribute.FLOW_VOLUME, "volume_m3"),
        "filling": (LinkAttribute.CAPACITY, ""),
    },
    "system": {
        "rainfall_mm_h": (SystemAttribute.RAINFALL, "rain_mm"),
        "runoff_l_s": (SystemAttribute.RUNOFF_FLOW, "flow_l_s"),
        "outflow_l_s": (SystemAttribute.OUTFALL_FLOWS, "flow_l_s"),
        "flooding_l_s": (SystemAttribute.FLOOD_LOSSES, "flow_l_s"),
    },
}
"""Kind of object -> quantity with its unit -> where the file has it, and the factor to SI ("" for a share)."""

_FIRST_POLLUTANT = {
    "subcatchment": SubcatchAttribute.POLLUT_CONC_0.value,
    "node": FIRST_POLLUTANT,
    "link": LinkAttribute.POLLUT_CONC_0.value,
}


_ENGINE_EPOCH = datetime(1899, 12, 30)


def engine_day(moment: str) -> float:
    """Return a moment (ISO 8601) in the engine's day count."""
    return (datetime.fromisoformat(moment) - _ENGINE_EPOCH).total_seconds() / 86400.0


@dataclass(frozen=True)
class OutputFile:
    """An open .out file; it holds only the objects that the model's [REPORT] section asks for.

    Attributes
    ----------
    path : Path
    subcatchments, nodes, links : dict
        Id -> position in the file.
    records : array
        One record a reporting period: ``day`` and values of ``subcatchments``, ``nodes``, ``links`` and the
        ``system`` as the engine writes them. pyswmm reads a series value by value through the toolkit, which
        takes longer than anything else that is done with a result.
    """

    path: Path
    subcatchments: dict[str, int]
    nodes: dict[str, int]
    links: dict[str, int]
    records: np.ndarray

    def full_depths(self) -> dict[str, float]:
        """Return link -> full depth of its section, in the model's length units.

        The depths are inputs that the engine copies to the file's header, five words per link after the
        tables of subcatchments (one word each) and nodes (three); pyswmm has no call for them.
        """
        with self.path.open("rb") as stream:
            stream.seek(-20, 2)
            inputs_at = int.from_bytes(stream.read(4), "little")
            stream.seek(inputs_at + 4 * (2 + len(self.subcatchments) + 4 + 3 * len(self.nodes) + 6))
            table = np.frombuffer(stream.read(20 * len(self.links)), dtype="<f4").reshape(-1, 5)
        return {name: float(table[position, 3]) for name, position in self.links.items()}

    def series(
        self,
        request: SeriesRequest,
        outfalls: tuple[str, ...],
        units: UnitFactors,
        start_day: float,
        pollutants: tuple[str, ...] = (),
    ) -> tuple[pd.DataFrame, tuple[str, ...]]:
        """Read the requested time series.

        Parameters
        ----------
        request : SeriesRequest
        outfalls : tuple of str
            The model's outfalls.
        units : UnitFactors
        start_day : float
            Start of the simulation in the engine's day count.
        pollutants : tuple of str
            The model's pollutants, in its order; none where they are not followed.

        Returns
        -------
        DataFrame, tuple of str
            Minutes from the start -> columns in SI; and the columns that the file does not hold.
        """
        runoff_ids = tuple(self.subcatchments) if request.subcatchment_runoff else ()
        outfall_ids = outfalls if request.outfall_inflow else ()
        wanted: tuple[tuple[str, str, tuple[str, ...], dict[str, int]], ...] = (
            ("subcatchment", "runoff_l_s", runoff_ids, self.subcatchments),
            ("node", "inflow_l_s", outfall_ids, self.nodes),
            ("node", "depth_m", request.node_depth, self.nodes),
            ("node", "lateral_inflow_l_s", request.node_lateral_inflow, self.nodes),
            ("node", "flooding_l_s", request.node_flooding, self.nodes),
            ("link", "flow_l_s", request.link_flow, self.links),
        )
        columns: dict[str, np.ndarray] = {}
        absent: list[str] = []
        for kind, quantity, ids, positions in wanted:
            for name in ids:
                if name not in positions:
                    absent.append(f"{quantity}:{name}")
                    continue
                columns[f"{quantity}:{name}"] = self.values(kind, positions[name], quantity, units)
        for pollutant, name in request.node_concentration:
            column = f"concentration:{pollutant}:{name}"
            if name in self.nodes and pollutant in pollutants:
                columns[column] = self.concentrations("node", self.nodes[name], pollutants.index(pollutant))
            else:
                absent.append(column)
        if request.system:
            for column, quantity in (
                ("rainfall_mm_h", "rainfall_mm_h"),
                ("system_runoff_l_s", "runoff_l_s"),
                ("system_outflow_l_s", "outflow_l_s"),
                ("system_flooding_l_s", "flooding_l_s"),
            ):
                columns[column] = self.values("system", 0, quantity, units)
        return series_frame(self.minutes(start_day), columns), tuple(absent)

    def minutes(self, start_day: float) -> list[float]:
        """Return the reporting times in minutes from the start, which is given in the engine's day count."""
        return [round((day - start_day) * 1440.0, 2) for day in self.records["day"].tolist()]

    def values(self, kind: str, position: int, quantity: str, units: UnitFactors) -> np.ndarray:
        """Return one quantity of one object at every reporting time, in SI.

        Parameters
        ----------
        kind : str
            Key of :data:`SERIES`.
        position : int
            Of the object in the file; of no meaning for the system.
        quantity : str
            Key of the kind's table in :data:`SERIES`.
        units : UnitFactors
        """
        attribute, factor = SERIES[kind][quantity]
        place = attribute.value if kind == "system" else (position, attribute.value)
        column = self._column(kind, place)
        return column * getattr(units, factor) if factor else column

    def concentrations(self, kind: str, position: int, pollutant: int) -> np.ndarray:
        """Return a pollutant's concentration at every reporting time, in the model's unit."""
        return self._column(kind, (position, _FIRST_POLLUTANT[kind] + pollutant))

    def _column(self, kind: str, place: int | tuple[int, int]) -> np.ndarray:
        block = self.records[kind if kind == "system" else f"{kind}s"]
        at = (slice(None), *place) if isinstance(place, tuple) else (slice(None), place)
        return block[at].astype("float64")

    def flooding_concentrations(self, nodes: Sequence[str], pollutants: int) -> dict[str, list[float]]:
        """Return node -> mean concentration of each pollutant in what floods from it, weighted by the flooding.

        Parameters
        ----------
        nodes : sequence of str
            Ids of nodes that flooded; those that the file does not hold are left out.
        pollutants : int
            How many the model has.

        Returns
        -------
        dict
            Concentrations in the model's units; nan where no saved step shows flooding.
        """
        found: dict[str, list[float]] = {}
        for name in nodes:
            if name not in self.nodes or not len(self.records):
                continue
            values = self.records["nodes"][:, self.nodes[name]].astype("float64")
            flooding = values[:, NodeAttribute.FLOODING_LOSSES.value].tolist()
            total = sum(flooding)
            loads = [0.0] * pollutants
            for flow, concentrations in zip(flooding, values[:, FIRST_POLLUTANT:].tolist(), strict=True):
                if flow > 0:
                    loads = [x + flow * concentrations[p] for p, x in enumerate(loads)]
            found[name] = [x / total if total > 0 else math.nan for x in loads]
        return found


def read_records(path: Path, subcatchments: int, nodes: int, links: int, pollutants: int) -> np.ndarray:
    """Return the periods of a .out file as the engine wrote them, one record each.

    Parameters
    ----------
    path : Path
    subcatchments, nodes, links, pollutants : int
        How many the file holds.

    Raises
    ------
    ValueError
        The file is of another layout than SWMM 5.2's (``output.c``), or was cut off.
    """
    layout = np.dtype(
        [
            ("day", "<f8"),
            ("subcatchments", "<f4", (subcatchments, SUBCATCHMENT_VALUES + pollutants)),
            ("nodes", "<f4", (nodes, NODE_VALUES + pollutants)),
            ("links", "<f4", (links, LINK_VALUES + pollutants)),
            ("system", "<f4", (SYSTEM_VALUES,)),
        ]
    )
    with path.open("rb") as stream:
        end = stream.seek(-_CLOSING_BYTES, 2)
        closing = np.frombuffer(stream.read(_CLOSING_BYTES), dtype="<i4")
        begin, periods = int(closing[2]), int(closing[3])
        if end - begin != periods * layout.itemsize:
            raise ValueError(f"{path.name} does not hold {periods} periods of {layout.itemsize} bytes")
        stream.seek(begin)
        return np.frombuffer(stream.read(end - begin), dtype=layout)


@contextmanager
def open_output(path: Path, clean: Callable[[str], str]) -> Iterator[OutputFile]:
    """Open a .out file for reading.

    Parameters
    ----------
    path : Path
    clean : callable
        Turns an id as the toolkit decodes it into proper text.

    Raises
    ------
    Exception
        pyswmm cannot read the file.
    """
    with Output(str(path)) as output:
        subcatchments, nodes, links = (
            {clean(name): position for name, position in ids.items()}
            for ids in (output.subcatchments, output.nodes, output.links)
        )
        pollutants = output.project_size[ElementType.POLLUT.value]
    records = read_records(path, len(subcatchments), len(nodes), len(links), pollutants)
    yield OutputFile(path, subcatchments, nodes, links, records)

"""Time series and section sizes from the binary results that SWMM leaves beside a run."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
import pandas as pd
from swmm.toolkit import output as swmm_output
from swmm.toolkit.shared_enum import (
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
        ``system`` as the engine writes them. The toolkit seeks every single value, which takes longer than
        anything else that is done with a result.
    """

    path: Path
    subcatchments: dict[str, int]
    nodes: dict[str, int]
    links: dict[str, int]
    records: np.ndarray

    def full_depths(self) -> dict[str, float]:
        """Return link -> full depth of its section, in the model's length units.

        The depths are inputs that the engine copies to the file's header, five words per link after the
        tables of subcatchments (one word each) and nodes (three); the toolkit has no call for them.
        """
        with self.path.open("rb") as stream:
            stream.seek(-20, 2)
            inputs_at = int.from_bytes(stream.read(4), "little")
            stream.seek(inputs_at + 4 * (2 + len(self.subcatchments) + 4 + 3 * len(self.nodes) + 6))
            table = np.frombuffer(stream.read(20 * len(self.links)), dtype="<f4").reshape(-1, 5)
        return {name: float(table[position, 3]) for name, position in self.links.items()}

    def series(
        self, request: SeriesRequest, outfalls: tuple[str, ...], units: UnitFactors, start_day: float
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

        Returns
        -------
        DataFrame, tuple of str
            Minutes from the start -> columns in SI; and the columns that the file does not hold.
        """
        flow, nodes = units.flow_l_s, NodeAttribute
        runoff_ids = tuple(self.subcatchments) if request.subcatchment_runoff else ()
        outfall_ids = outfalls if request.outfall_inflow else ()
        wanted: tuple[tuple[str, tuple[str, ...], str, dict[str, int], Enum, float], ...]
        wanted = (
            ("runoff_l_s", runoff_ids, "subcatchments", self.subcatchments, SubcatchAttribute.RUNOFF_RATE, flow),
            ("inflow_l_s", outfall_ids, "nodes", self.nodes, nodes.TOTAL_INFLOW, flow),
            ("depth_m", request.node_depth, "nodes", self.nodes, nodes.INVERT_DEPTH, units.length_m),
            ("lateral_inflow_l_s", request.node_lateral_inflow, "nodes", self.nodes, nodes.LATERAL_INFLOW, flow),
            ("flooding_l_s", request.node_flooding, "nodes", self.nodes, nodes.FLOODING_LOSSES, flow),
            ("flow_l_s", request.link_flow, "links", self.links, LinkAttribute.FLOW_RATE, flow),
        )
        columns: dict[str, np.ndarray] = {}
        absent: list[str] = []
        for quantity, ids, kind, positions, attribute, factor in wanted:
            for name in ids:
                if name not in positions:
                    absent.append(f"{quantity}:{name}")
                    continue
                values = self.records[kind][:, positions[name], attribute.value]
                columns[f"{quantity}:{name}"] = values.astype("float64") * factor
        if request.system:
            for quantity, attribute, factor in (
                ("rainfall_mm_h", SystemAttribute.RAINFALL, units.rain_mm),
                ("system_runoff_l_s", SystemAttribute.RUNOFF_FLOW, flow),
                ("system_outflow_l_s", SystemAttribute.OUTFALL_FLOWS, flow),
                ("system_flooding_l_s", SystemAttribute.FLOOD_LOSSES, flow),
            ):
                columns[quantity] = self.records["system"][:, attribute.value].astype("float64") * factor
        minutes = [round((day - start_day) * 1440.0, 2) for day in self.records["day"].tolist()]
        return series_frame(minutes, columns), tuple(absent)

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
        The toolkit cannot read the file.
    """
    handle = swmm_output.init()
    try:
        swmm_output.open(handle, str(path))
        counts = swmm_output.get_proj_size(handle)
        ids = [
            [clean(swmm_output.get_elem_name(handle, kind, n)) for n in range(counts[kind])]
            for kind in (ElementType.SUBCATCH, ElementType.NODE, ElementType.LINK)
        ]
        positions = [{name: n for n, name in enumerate(names)} for names in ids]
        subcatchments, nodes, links = positions
        records = read_records(path, len(subcatchments), len(nodes), len(links), counts[ElementType.POLLUT])
        yield OutputFile(path, subcatchments, nodes, links, records)
    finally:
        swmm_output.close(handle)

"""Time series and section sizes from the binary results that SWMM leaves beside a run."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from swmm.toolkit import output as swmm_output
from swmm.toolkit.shared_enum import (
    ElementType,
    LinkAttribute,
    NodeAttribute,
    SubcatchAttribute,
    SystemAttribute,
    Time,
)

from spongecalc.swmm.run_result import SeriesRequest, series_frame
from spongecalc.swmm.units import UnitFactors

FIRST_POLLUTANT = NodeAttribute.POLLUT_CONC_0.value


@dataclass(frozen=True)
class OutputFile:
    """An open .out file; it holds only the objects that the model's [REPORT] section asks for.

    Attributes
    ----------
    path : Path
    handle : object of the toolkit
    subcatchments, nodes, links : dict
        Id -> position in the file.
    periods : int
        Number of reporting periods.
    """

    path: Path
    handle: Any
    subcatchments: dict[str, int]
    nodes: dict[str, int]
    links: dict[str, int]
    periods: int

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
        depth, lateral = NodeAttribute.INVERT_DEPTH, NodeAttribute.LATERAL_INFLOW
        inflow, flooding = NodeAttribute.TOTAL_INFLOW, NodeAttribute.FLOODING_LOSSES
        flow, of_node, of_link = units.flow_l_s, swmm_output.get_node_series, swmm_output.get_link_series
        of_subcatchment, runoff = swmm_output.get_subcatch_series, SubcatchAttribute.RUNOFF_RATE
        runoff_ids = tuple(self.subcatchments) if request.subcatchment_runoff else ()
        outfall_ids = outfalls if request.outfall_inflow else ()
        wanted: tuple[tuple[str, tuple[str, ...], dict[str, int], Callable[..., list[float]], Any, float], ...]
        wanted = (
            ("runoff_l_s", runoff_ids, self.subcatchments, of_subcatchment, runoff, flow),
            ("inflow_l_s", outfall_ids, self.nodes, of_node, inflow, flow),
            ("depth_m", request.node_depth, self.nodes, of_node, depth, units.length_m),
            ("lateral_inflow_l_s", request.node_lateral_inflow, self.nodes, of_node, lateral, flow),
            ("flooding_l_s", request.node_flooding, self.nodes, of_node, flooding, flow),
            ("flow_l_s", request.link_flow, self.links, of_link, LinkAttribute.FLOW_RATE, flow),
        )
        columns: dict[str, np.ndarray] = {}
        absent: list[str] = []
        last = self.periods - 1
        for quantity, ids, positions, read, attribute, factor in wanted:
            for name in ids:
                if name not in positions:
                    absent.append(f"{quantity}:{name}")
                    continue
                values = read(self.handle, positions[name], attribute, 0, last) if self.periods else []
                columns[f"{quantity}:{name}"] = np.array(values, dtype="float64") * factor
        if request.system:
            for quantity, attribute, factor in (
                ("rainfall_mm_h", SystemAttribute.RAINFALL, units.rain_mm),
                ("system_runoff_l_s", SystemAttribute.RUNOFF_FLOW, flow),
                ("system_outflow_l_s", SystemAttribute.OUTFALL_FLOWS, flow),
                ("system_flooding_l_s", SystemAttribute.FLOOD_LOSSES, flow),
            ):
                values = swmm_output.get_system_series(self.handle, attribute, 0, last) if self.periods else []
                columns[quantity] = np.array(values, dtype="float64") * factor
        days = swmm_output.get_date_series(self.handle, 0, last) if self.periods else []
        minutes = [round((day - start_day) * 1440.0, 2) for day in days]
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
        last = self.periods - 1
        for name in nodes:
            if name not in self.nodes or last < 0:
                continue
            at = self.nodes[name]
            flooding = swmm_output.get_node_series(self.handle, at, NodeAttribute.FLOODING_LOSSES, 0, last)
            total = sum(flooding)
            loads = [0.0] * pollutants
            # The toolkit's series know the first pollutant only; its results of one period hold all of them.
            for period, flow in enumerate(flooding):
                if flow > 0:
                    result = swmm_output.get_node_result(self.handle, period, at)
                    loads = [x + flow * result[FIRST_POLLUTANT + p] for p, x in enumerate(loads)]
            found[name] = [x / total if total > 0 else math.nan for x in loads]
        return found


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
        yield OutputFile(
            path=path,
            handle=handle,
            subcatchments=positions[0],
            nodes=positions[1],
            links=positions[2],
            periods=swmm_output.get_times(handle, Time.NUM_PERIODS),
        )
    finally:
        swmm_output.close(handle)

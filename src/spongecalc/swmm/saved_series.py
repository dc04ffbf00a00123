"""Every series that SWMM saved of a run, by quantity and id, taken from its binary results in one reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
from swmm.toolkit.shared_enum import LinkAttribute, NodeAttribute, SubcatchAttribute, SystemAttribute

from spongecalc.swmm.output_file import open_output
from spongecalc.swmm.run_result import RunResult, series_frame
from spongecalc.swmm.units import UnitFactors, unit_factors

ENGINE_EPOCH = datetime(1899, 12, 30)


@dataclass(frozen=True)
class Quantity:
    """One quantity: the kind of element it belongs to, its place in SWMM's records, the factor to SI."""

    kind: str
    attribute: int
    factor: str = ""

    def si(self, units: UnitFactors) -> float:
        """What a value in the model's units is multiplied by."""
        return float(getattr(units, self.factor)) if self.factor else 1.0


QUANTITIES: Mapping[str, Quantity] = {
    "depth_m": Quantity("nodes", NodeAttribute.INVERT_DEPTH.value, "length_m"),
    "level_m": Quantity("nodes", NodeAttribute.HYDRAULIC_HEAD.value, "length_m"),
    "inflow_l_s": Quantity("nodes", NodeAttribute.TOTAL_INFLOW.value, "flow_l_s"),
    "lateral_inflow_l_s": Quantity("nodes", NodeAttribute.LATERAL_INFLOW.value, "flow_l_s"),
    "flooding_l_s": Quantity("nodes", NodeAttribute.FLOODING_LOSSES.value, "flow_l_s"),
    "flow_l_s": Quantity("links", LinkAttribute.FLOW_RATE.value, "flow_l_s"),
    "velocity_m_s": Quantity("links", LinkAttribute.FLOW_VELOCITY.value, "length_m"),
    "fullness": Quantity("links", LinkAttribute.CAPACITY.value),
    "runoff_l_s": Quantity("subcatchments", SubcatchAttribute.RUNOFF_RATE.value, "flow_l_s"),
    "infiltration_mm_h": Quantity("subcatchments", SubcatchAttribute.INFIL_LOSS.value, "rain_mm"),
    "rainfall_mm_h": Quantity("system", SystemAttribute.RAINFALL.value, "rain_mm"),
    "system_runoff_l_s": Quantity("system", SystemAttribute.RUNOFF_FLOW.value, "flow_l_s"),
    "system_outflow_l_s": Quantity("system", SystemAttribute.OUTFALL_FLOWS.value, "flow_l_s"),
    "system_flooding_l_s": Quantity("system", SystemAttribute.FLOOD_LOSSES.value, "flow_l_s"),
}
"""Quantities by the name that they have in a frame: of nodes, of links, of subcatchments, of the whole system.

``level_m`` is above the datum of the levels, ``fullness`` the share of a conduit's section that holds water.
"""


@dataclass(frozen=True, eq=False)
class SavedSeries:
    """What a run saved: ``minutes`` from its start, ``positions`` of ids by kind, the records, the units."""

    minutes: tuple[float, ...]
    positions: Mapping[str, Mapping[str, int]]
    records: np.ndarray
    units: UnitFactors

    def frame(self, quantity: str, ids: Sequence[str]) -> pd.DataFrame:
        """A quantity of elements over time: minutes from the start, a column per id, in SI units.

        A quantity of the system has one column, under its own name.

        Raises
        ------
        KeyError
            No such quantity, or no such element in the file.
        """
        about = QUANTITIES[quantity]
        values = self.records[about.kind].astype("float64")
        factor = about.si(self.units)
        if about.kind == "system":
            return series_frame(self.minutes, {quantity: values[:, about.attribute] * factor})
        places = self.positions[about.kind]
        return series_frame(self.minutes, {i: values[:, places[i], about.attribute] * factor for i in ids})


def read_saved_series(out: Path, result: RunResult) -> SavedSeries:
    """Read the binary results of a run.

    Parameters
    ----------
    out : Path
        The .out file.
    result : RunResult
        Of the same run; its start and units are those of the series.
    """
    start_day = (datetime.fromisoformat(result.start) - ENGINE_EPOCH).total_seconds() / 86400.0
    with open_output(out, str) as output:
        minutes = tuple(round((day - start_day) * 1440.0, 2) for day in output.records["day"].tolist())
        positions = {
            "subcatchments": output.subcatchments,
            "nodes": output.nodes,
            "links": output.links,
        }
        return SavedSeries(minutes, positions, output.records, unit_factors(result.flow_units))

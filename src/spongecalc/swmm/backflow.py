"""Water that flows in at outfalls: what SWMM counts among what leaves.

Where a level outside stands above an outfall water may flow back in. The engine balances it rightly (as an
external inflow), but its sums by outfall, its peaks and its series of an outfall's inflow have no sign. Here the
engine's own flow and concentration at such outfalls are read after every routing step, and what flowed in is
summed as the engine sums: flow at the end of the step times its length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from pyswmm.toolkitapi import NodePollut, NodeResults, SimAnalysisSettings

from spongecalc.swmm.input_file import InputFile
from spongecalc.swmm.open_model import OpenModel
from spongecalc.swmm.units import UnitFactors

# kg in a litre at a concentration of one; counts are taken as they are.
_LOAD_PER_L = {"MG/L": 1e-6, "UG/L": 1e-9, "#/L": 1.0}


def outfalls_with_level(text: InputFile) -> tuple[str, ...]:
    """Return ids of the outfalls of an input file that water may flow in at, as the file spells them.

    Those with a fixed stage, a tide or a series of stages and without a gate. At a free outfall, or one at normal
    depth, the level follows from the water that leaves.

    Parameters
    ----------
    text : InputFile
    """
    found = []
    for line, section in zip(text.lines, text.sections, strict=True):
        if not section.upper().startswith("OUTFALL"):
            continue
        words = [w.strip('"') for w in line.partition(";")[0].split()]
        if len(words) < 4 or words[0].startswith("["):
            continue
        kind, gate = words[2].upper(), words[4].upper() if len(words) > 4 else "NO"
        if kind in ("FIXED", "TIDAL", "TIMESERIES") and gate != "YES":
            found.append(words[0])
    return tuple(found)


def watched(
    calls: OpenModel,
    units: UnitFactors,
    outfalls: Mapping[str, int],
    text: InputFile,
    concentrations: tuple[str, ...],
) -> Backflow | None:
    """Return the sums of a started model's outfalls that water may flow in at, all nought.

    None where there are none, or nothing is routed.

    Parameters
    ----------
    calls : OpenModel
    units : UnitFactors
    outfalls : mapping
        Id -> the engine's number of the node.
    text : InputFile
        The model's input file.
    concentrations : tuple of str
        Unit of each pollutant's concentration that is followed.
    """
    ids = set(outfalls_with_level(text))
    nodes = tuple(number for name, number in outfalls.items() if name in ids)
    if not nodes or calls.getSimOptionSetting(SimAnalysisSettings.IgnoreRouting.value):
        return None
    return Backflow(calls, units, nodes, concentrations)


@dataclass
class Backflow:
    """Sums of what flowed in at some outfalls, as far as the run has come; by the engine's number of the node.

    Attributes
    ----------
    calls : OpenModel
    units : UnitFactors
    nodes : tuple of int
        The outfalls watched.
    concentrations : tuple of str
        Unit of each pollutant's concentration; none where the run follows none.
    volumes_m3 : dict
        Node -> volume that flowed in [m3].
    loads : dict
        Node -> what of each pollutant flowed in [kg, or counts for #/L].
    peaks_out_l_s : dict
        Node -> largest flow out [l/s].
    """

    calls: OpenModel
    units: UnitFactors
    nodes: tuple[int, ...]
    concentrations: tuple[str, ...]
    volumes_m3: dict[int, float] = field(init=False)
    loads: dict[int, list[float]] = field(init=False)
    peaks_out_l_s: dict[int, float] = field(init=False)
    _seconds: list[float] = field(default_factory=list, init=False)
    _signs: dict[int, list[bool]] = field(init=False)

    def __post_init__(self) -> None:
        self.volumes_m3 = dict.fromkeys(self.nodes, 0.0)
        self.peaks_out_l_s = dict.fromkeys(self.nodes, 0.0)
        self.loads = {n: [0.0] * len(self.concentrations) for n in self.nodes}
        self._signs = {n: [] for n in self.nodes}

    def add(self, elapsed_s: float, step_s: float) -> None:
        """Read the flows at the end of a routing step of ``step_s`` seconds."""
        inflow, outflow = NodeResults.totalinflow.value, NodeResults.outflow.value
        self._seconds.append(elapsed_s)
        for node in self.nodes:
            flow_l_s = self.calls.getNodeResult(node, inflow) * self.units.flow_l_s
            # An outfall has an outflow only when water flows in; the engine then writes the same as its inflow.
            enters = self.calls.getNodeResult(node, outflow) > 0.0
            self._signs[node].append(enters)
            if not enters:
                self.peaks_out_l_s[node] = max(self.peaks_out_l_s[node], flow_l_s)
                continue
            litres = flow_l_s * step_s
            self.volumes_m3[node] += litres / 1000.0
            if self.concentrations:
                held = self.calls.getNodePollut(node, NodePollut.nodeQual.value)
                loads = self.loads[node]
                for position, unit in enumerate(self.concentrations):
                    loads[position] += litres * held[position] * _LOAD_PER_L[unit]

    def quality_error_percent(self, balances: Sequence[tuple[float, float]]) -> float:
        """Return the continuity error of quality [%] with what flowed in among what came in.

        The engine counts what leaves at an outfall, but not what comes back by it: where a tenth comes back its
        error is -10 %, though nothing is missing.

        Parameters
        ----------
        balances : sequence of tuple
            Of each pollutant the mass that came in otherwise, in the engine's unit, and its error without
            backflow [%].
        """
        worst = 0.0
        for position, (mass, error_percent) in enumerate(balances):
            true_percent, whole_kg = error_percent, mass * self.units.mass_kg
            if self.concentrations[position] != "#/L" and whole_kg > 0.0:
                back_kg = sum(loads[position] for loads in self.loads.values())
                left_kg = whole_kg * (1.0 - error_percent / 100.0)
                true_percent = 100.0 * (1.0 - left_kg / (whole_kg + back_kg))
            worst = max(worst, true_percent, key=abs)
        return worst

    def signed(self, node: int, minutes: Sequence[float], inflow: np.ndarray) -> np.ndarray:
        """Return the inflow of an outfall as the engine saves it, below nought where water flows in.

        Parameters
        ----------
        node : int
        minutes : sequence of float
            Times at which the engine saved a value, from the start of the run [min].
        inflow : array
            The values.
        """
        if not any(self._signs[node]):
            return inflow
        # A saved value lies between two routing steps: it has the sign of the later one.
        at = np.searchsorted(self._seconds, 60.0 * np.asarray(minutes) - 1e-6)
        enters = np.asarray(self._signs[node])[np.minimum(at, len(self._seconds) - 1)]
        return np.where(enters, -inflow, inflow)

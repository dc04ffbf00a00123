"""The state of a subcatchment's ground: how far its soil has recovered, how full its units' layers are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spongecalc.surfaces.infiltration_unit import InfiltrationUnit
from spongecalc.surfaces.permeable_paving import PermeablePaving
from spongecalc.surfaces.subcatchment import Subcatchment
from spongecalc.swmm.inp_text import fixed

if TYPE_CHECKING:
    from spongecalc.project.sponge_settings import SpongeSettings

# A hotstart file begins with its name and six counts; a subcatchment then has three depths of its parts, its
# runoff, and six values of infiltration, of which Horton's equation uses the first: the time on its curve in s.
HOTSTART_NAME = b"SWMM5-HOTSTART4"
HEADER_BYTES = len(HOTSTART_NAME) + 6 * 4
VALUES, HORTON_TIME = 10, 4


@dataclass(frozen=True)
class GroundState:
    """State of a subcatchment's ground, as shares between 0 and 1.

    ``recovered`` is the share of Horton's fall (f0 - fmin) that is there again; ``base_filled`` the filled share
    of the bases of permeable pavings, ``units_filled`` that of soil and gravel of each facility, in their order.
    """

    recovered: float = 1.0
    base_filled: float = 0.0
    units_filled: tuple[float, ...] = ()

    def f0_mm_h(self, area: Subcatchment) -> float:
        """Infiltration capacity in mm/h at which the soil begins: that of the point reached on Horton's curve.

        From there on f = fmin + (f0 - fmin) exp(-k t) is the same curve with this f0, since exp(-k (t0 + t)) is
        exp(-k t0) exp(-k t).
        """
        mix = area.mix
        return mix.fmin_mm_h + (mix.f0_mm_h - mix.fmin_mm_h) * self.recovered

    def unit_filled(self, number: int) -> float:
        """Filled share of a facility's layers by its number in the subcatchment."""
        return self.units_filled[number] if number < len(self.units_filled) else 0.0


READY = GroundState()
"""Ground that has had no rain: soil recovered, layers empty."""


@dataclass(frozen=True)
class GroundReadings:
    """Readings of the ground at some moments of a run.

    ``horton_s`` is the time on Horton's curve in s (moments x subcatchments); ``soil_moisture`` (a share of the
    volume) and ``storage_mm`` (depth of the level) are those of the LID units, moments x subcatchments x units in
    the order of LID_USAGE, NaN where a subcatchment has fewer.
    """

    horton_s: np.ndarray
    soil_moisture: np.ndarray
    storage_mm: np.ndarray

    def of(self, columns: Sequence[int]) -> GroundReadings:
        """The readings of some subcatchments."""
        chosen = list(columns)
        return GroundReadings(self.horton_s[:, chosen], self.soil_moisture[:, chosen], self.storage_mm[:, chosen])


def percent_filled(share: float) -> str:
    """Initial saturation of a LID unit as LID_USAGE states it, in percent."""
    return fixed(100 * share, 2) if share > 0 else "0"


def horton_times_s(hotstart: Path, count: int) -> NDArray[np.float64]:
    """Time on Horton's curve in s of each of ``count`` subcatchments, from a hotstart file of a runoff model.

    SWMM's toolkit has no call for the state of infiltration; the file that it saves for a later start has it.

    Raises
    ------
    ValueError
        The file is of another version.
    """
    content = hotstart.read_bytes()
    if not content.startswith(HOTSTART_NAME):
        raise ValueError(f"{hotstart.name}: {content[: len(HOTSTART_NAME)]!r}")
    values = np.frombuffer(content, dtype="<f8", count=count * VALUES, offset=HEADER_BYTES)
    found: NDArray[np.float64] = values.reshape(count, VALUES)[:, HORTON_TIME].copy()
    return found


@dataclass(frozen=True)
class StatesOverTime:
    """A subcatchment's ground at some moments: arrays of the shares of :class:`GroundState`."""

    recovered: np.ndarray
    base_filled: np.ndarray
    units_filled: tuple[np.ndarray, ...] = ()

    def at(self, moment: int) -> GroundState:
        """The state at a moment by its number."""
        units = tuple(float(u[moment]) for u in self.units_filled)
        return GroundState(float(self.recovered[moment]), float(self.base_filled[moment]), units)

    def mean(self, moments: Sequence[int]) -> GroundState:
        """The mean of the states at some moments."""
        chosen = list(moments)
        units: tuple[float, ...] = ()
        if self.units_filled:
            units = tuple(np.mean(np.stack([u[chosen] for u in self.units_filled], axis=1), axis=0).tolist())
        return GroundState(
            float(np.mean(self.recovered[chosen])),
            float(np.mean(self.base_filled[chosen])),
            units,
        )


def states_of(area: Subcatchment, readings: GroundReadings, column: int) -> StatesOverTime:
    """States of a subcatchment at the moments of some readings, in which it is the ``column``-th."""
    recovered = np.exp(-area.mix.decay_1_h * readings.horton_s[:, column] / 3600)
    pavings = list(area.paving_m2.items())
    capacity = sum(m2 * _base_mm(paving) for paving, m2 in pavings)
    base = np.zeros(len(recovered))
    for number, (paving, m2) in enumerate(pavings):
        if capacity > 0 and paving.base_mm > 0:
            share = readings.storage_mm[:, column, number] / paving.base_mm
            base += share * m2 * _base_mm(paving) / capacity
    units = [
        unit_filled(
            u.unit,
            readings.soil_moisture[:, column, len(pavings) + n],
            readings.storage_mm[:, column, len(pavings) + n],
        )
        for n, u in enumerate(area.units)
    ]
    return StatesOverTime(recovered, base, tuple(units))


def stated(state: GroundState, sponge: SpongeSettings, units: int) -> GroundState:
    """A state with the shares that the project itself gives to soil, and to bases and facilities."""
    soil, base = sponge.initial_soil_recovered_percent, sponge.initial_base_filled_percent
    if soil is not None:
        state = replace(state, recovered=soil / 100)
    if base is not None:
        state = replace(state, base_filled=base / 100, units_filled=(base / 100,) * units)
    return state


def unit_filled(unit: InfiltrationUnit, moisture: np.ndarray, level_mm: np.ndarray) -> np.ndarray:
    """Filled share of a facility's soil and gravel (of a green roof's soil and mat) from their readings.

    SWMM has one initial saturation for both layers: that with which they hold as much water together. Soil is
    counted from its wilting point on, as SWMM does.

    Parameters
    ----------
    unit
        The facility.
    moisture
        Water over the volume of its soil.
    level_mm
        Depth of the level in its gravel or mat in mm.
    """
    soil_mm = unit.soil_mm * (unit.soil_porosity_percent - unit.wilting_percent) / 100
    below_mm = unit.mat_mm if unit.kind == "green_roof" else unit.base_mm
    porosity = unit.mat_void_percent if unit.kind == "green_roof" else unit.base_porosity_percent
    capacity = soil_mm + below_mm * porosity / 100
    if capacity <= 0:
        return np.zeros(len(moisture))
    held = np.zeros(len(moisture))
    if unit.soil_mm > 0:
        held += unit.soil_mm * np.maximum(moisture - unit.wilting_percent / 100, 0.0)
    if below_mm > 0:
        held += np.minimum(level_mm, below_mm) * porosity / 100
    filled: np.ndarray = np.clip(held / capacity, 0.0, 1.0)
    return filled


def _base_mm(paving: PermeablePaving) -> float:
    """Water that a paving's base holds, in mm."""
    return paving.base_mm * paving.base_porosity_percent / 100

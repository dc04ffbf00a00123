"""Readings of the ground's state in an open runoff model, moment by moment."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pyswmm.toolkitapi import LidResults, ObjectType

from spongecalc.swmm.ground_state import GroundReadings, horton_times_s
from spongecalc.swmm.open_model import OpenModel


class GroundReader:
    """Reads all subcatchments of an open model at each call of :meth:`read`.

    ``hotstart`` is a file that it may write; it stays behind.
    """

    def __init__(self, model: OpenModel, hotstart: Path) -> None:
        self._model, self._hotstart = model, hotstart
        self._count = model.getProjectSize(ObjectType.SUBCATCH.value)
        self._units = [model.getLidUCount(n) for n in range(self._count)]
        self._times_s: list[np.ndarray] = []
        self._layers: list[np.ndarray] = []

    def read(self) -> None:
        """Read the state as it is now."""
        self._model.swmm_save_hotstart(str(self._hotstart))
        self._times_s.append(horton_times_s(self._hotstart, self._count))
        layers = np.full((2, self._count, max(self._units, default=0)), np.nan)
        for n, units in enumerate(self._units):
            for unit in range(units):
                layers[0, n, unit] = self._model.getLidUResult(n, unit, LidResults.soilMoist.value)
                layers[1, n, unit] = self._model.getLidUResult(n, unit, LidResults.storDepth.value)
        self._layers.append(layers)

    def readings(self) -> GroundReadings:
        """All that was read so far."""
        layers = np.stack(self._layers)
        return GroundReadings(np.stack(self._times_s), layers[:, 0], layers[:, 1])

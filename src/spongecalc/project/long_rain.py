"""A project's long rain: its series, read or made when it is first looked at, and the capture curve."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from spongecalc.project.settings import Settings
from spongecalc.project.sponge_settings import GENERATED
from spongecalc.rainfall.capture_ratio import CaptureCurve, curve_of_city, curve_of_series
from spongecalc.rainfall.generated_series import climate_of, generated_series
from spongecalc.rainfall.rain_file_error import RainFault, RainFileError
from spongecalc.rainfall.rain_series import RainSeries
from spongecalc.rainfall.read_series import read_series
from spongecalc.standards.provenance import BY_PROJECT


@dataclass(frozen=True)
class LongRain:
    """The long series and the capture curve of a project in a folder, each worked out once.

    The curve is that of a measured series of the project, else of its own table, else of the guide's. A series
    that cannot be read is replaced by the generated one; ``trouble`` says why.
    """

    folder: Path
    settings: Settings

    @cached_property
    def _measured(self) -> tuple[RainSeries, CaptureCurve] | RainFault | None:
        """The project's own series with its curve, or why it cannot be used; None where it has none."""
        if not self.named:
            return None
        named = self.settings.sponge.series
        try:
            series = read_series(self.folder / named.file, named.choices, name=named.file)
            return series, curve_of_series(series, self.settings.name, "measured")
        except RainFileError as reason:
            return reason.fault

    @property
    def named(self) -> bool:
        """True if the project names a file of its own, whether it can be read or not."""
        return self.settings.sponge.series.file != GENERATED

    @property
    def trouble(self) -> RainFault | None:
        """The reason for which the series could not be read."""
        return self._measured if isinstance(self._measured, RainFault) else None

    @cached_property
    def series(self) -> RainSeries:
        """The project's own series, else the generated one."""
        if isinstance(self._measured, tuple):
            return self._measured[0]
        sponge = self.settings.sponge
        return generated_series(climate_of(sponge.climate), sponge.generated_years, sponge.generated_seed)

    @cached_property
    def curve(self) -> CaptureCurve:
        """The capture curve: of the project's own series, else of its own table, else of the guide's."""
        if isinstance(self._measured, tuple):
            return self._measured[1]
        own = self.settings.sponge.own_table
        if own is not None:
            points = tuple((depth_mm, percent) for percent, depth_mm in own.points)
            return CaptureCurve(own.city, own.source, BY_PROJECT, points=points)
        return curve_of_city(self.settings.sponge.place)

    @cached_property
    def daily_mm(self) -> np.ndarray:
        """Rain of the series' days in mm."""
        days: np.ndarray = self.series.daily_mm().to_numpy(float)
        return days

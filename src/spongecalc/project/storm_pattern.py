"""The pattern by which a storm of the project spreads its rain over its duration."""

from __future__ import annotations

from typing import Literal, Self

from spongecalc.project.rain_file_settings import RainFile
from spongecalc.project.refused_value import RefusedValueError
from spongecalc.project.section import Number, Section, once_read

Pattern = Literal["chicago", "uniform", "alternating_blocks", "pilgrim_cordery", "table", "measured"]


class StormPattern(Section):
    """The pattern of a storm.

    ``percents`` are the shares of the depth in equal parts of the duration (for "pilgrim_cordery" as the mean
    of the ranked storms of a place gives them, for "table" as given); ``depths_mm`` what a gauge measured in
    them, typed or read from ``file``.
    """

    pattern: Pattern = "chicago"
    percents: tuple[Number, ...] = ()
    depths_mm: tuple[Number, ...] = ()
    file: RainFile | None = None

    @once_read
    def _pattern_has_its_values(self) -> Self:
        if self.file is not None and self.pattern != "measured":
            raise RefusedValueError("event_pattern", self.pattern, "measured", key=("pattern",))
        if self.pattern in ("pilgrim_cordery", "table") and not (
            self.percents and min(self.percents) >= 0 and abs(sum(self.percents) - 100) <= 0.5
        ):
            raise RefusedValueError("pattern_percents", f"{sum(self.percents):g}", key=("percents",))
        if self.pattern == "measured" and not (
            self.depths_mm and min(self.depths_mm) >= 0 and sum(self.depths_mm) > 0
        ):
            raise RefusedValueError("pattern_depths", f"{sum(self.depths_mm):g}", key=("depths_mm",))
        return self

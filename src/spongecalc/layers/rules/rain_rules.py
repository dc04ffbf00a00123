"""Rules on rain: storms outside their formula's range; a long series refused, or with readings lost."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.project.design_storms import project_formula
from spongecalc.project.settings import Settings
from spongecalc.rainfall.rain_file_error import RainFault
from spongecalc.rainfall.rain_series import RainSeries

EVENT_MIN = 1440.0
"""Duration of the events of the capture ratio, which take their shape from the formula and their depth from the
design rainfall."""
TYPED_DEPTH = ("measured",)
"""Patterns whose depth is not the formula's."""


def check_series(file: str, series: RainSeries, trouble: RainFault | None) -> Iterator[Finding]:
    """Findings about the project's measured series: refused, or with readings lost.

    Parameters
    ----------
    file
        The series as the project names it.
    series
        As it was read; the one that stands in for it where it was refused.
    trouble
        Why it was refused; None where it was not.
    """
    at = Feature(file=file)
    if trouble is not None:
        yield Finding("rainfall.series_refused", at, {"reason": trouble})
        return
    lost = series.lost
    if lost is not None:
        found: dict[str, object] = {"percent": f"{lost.percent:.2f}", **dataclasses.asdict(lost)}
        yield Finding("rainfall.series_lost", at, found)


def check_rain(settings: Settings) -> Iterator[Finding]:
    """Findings about the project's storms, each outside the formula's range of duration or return period."""
    formula = project_formula(settings)
    fitted, place = formula.fitted, formula.place
    for storm in settings.storms:
        if storm.pattern in TYPED_DEPTH:
            continue
        if storm.duration_min > fitted.longest_min:
            yield Finding(
                "rainfall.duration_beyond",
                found={
                    "storm": storm.storm_id,
                    "duration": f"{storm.duration_min:g}",
                    "longest": f"{fitted.longest_min:g}",
                    "place": place,
                },
            )
        if not fitted.p_from_a <= storm.return_period_a <= fitted.p_to_a:
            yield Finding(
                "rainfall.return_period_beyond",
                found={
                    "storm": storm.storm_id,
                    "period": f"{storm.return_period_a:g}",
                    "least": f"{fitted.p_from_a:g}",
                    "most": f"{fitted.p_to_a:g}",
                    "place": place,
                },
            )
    if fitted.longest_min < EVENT_MIN:
        yield Finding("rainfall.events_beyond", found={"longest": f"{fitted.longest_min:g}", "place": place})

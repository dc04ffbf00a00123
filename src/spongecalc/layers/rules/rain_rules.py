"""Rules on the storm formula: design storms outside the durations and return periods that it was fitted to."""

from __future__ import annotations

from collections.abc import Iterator

from spongecalc.layers.finding import Finding
from spongecalc.project.design_storms import project_formula
from spongecalc.project.settings import Settings

EVENT_MIN = 1440.0
"""Duration of the events of the capture ratio, which take their shape from the formula and their depth from the
design rainfall."""
TYPED_DEPTH = ("measured",)
"""Patterns whose depth is not the formula's."""


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

"""Rules on rain: storms outside their formula's range, typed rain that can hardly be, series with losses."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.project.design_storms import project_formula
from spongecalc.project.settings import Settings, StormSettings
from spongecalc.rainfall.capture_ratio import CaptureCurve
from spongecalc.rainfall.formula_range import (
    MULTIPLE_SAMPLES,
    NOT_STATED,
    Sampling,
    return_period_of_maxima_a,
    return_period_of_samples_a,
)
from spongecalc.rainfall.interval_formula import interval_formula_of, interval_places
from spongecalc.rainfall.plausible_rain import (
    COMMON_PERCENT,
    OutOfBand,
    bend,
    formula_out_of_band,
    limit,
    ratios_out_of_band,
)
from spongecalc.rainfall.rain_file_error import RainFault
from spongecalc.rainfall.rain_series import RainSeries
from spongecalc.rainfall.storm_formula import RainFormula
from spongecalc.standards.provenance import BY_PROJECT

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


def check_rain(settings: Settings, curve: CaptureCurve) -> Iterator[Finding]:
    """Findings about the project's storms and the formula and design rainfall that it typed.

    Parameters
    ----------
    settings
        The project's.
    curve
        Its capture curve.
    """
    formula = project_formula(settings)
    fitted, place = formula.fitted, formula.place
    storms = [s for s in settings.storms if s.pattern not in TYPED_DEPTH]
    for storm in storms:
        if not fitted.shortest_min <= storm.duration_min <= fitted.longest_min:
            yield Finding(
                "rainfall.duration_beyond",
                found={
                    "storm": storm.storm_id,
                    "duration": f"{storm.duration_min:g}",
                    "shortest": f"{fitted.shortest_min:g}",
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
    if storms:
        yield from _check_sampling(settings.rainfall.return_periods, storms, formula)
    if settings.rainfall.form == "general" and formula.place in interval_places() and storms:
        yield from _check_departure(storms, formula)
    yield from _check_typed(settings, formula, curve)


def _check_sampling(meant: Sampling, storms: list[StormSettings], formula: RainFormula) -> Iterator[Finding]:
    """Findings about return periods of another sampling than the formula's, or of a formula that states none."""
    sampling = formula.fitted.sampling
    if sampling == NOT_STATED:
        yield Finding("rainfall.sampling_unknown", found={"place": formula.place})
    elif sampling != meant:
        of_samples = sampling == MULTIPLE_SAMPLES
        other = return_period_of_samples_a if of_samples else return_period_of_maxima_a
        periods = dict.fromkeys(s.return_period_a for s in storms)
        told = ", ".join(f"{p:g} a = {other(p):.2f} a" for p in periods if not of_samples or p > 1)
        rule = "rainfall.samples_for_maxima" if of_samples else "rainfall.maxima_for_samples"
        yield Finding(rule, found={"place": formula.place, "periods": told})


def _check_departure(storms: list[StormSettings], formula: RainFormula) -> Iterator[Finding]:
    """A finding where the formula by intervals of the same place gives other rain."""
    exact = interval_formula_of(formula.place)
    departures = [
        (100 * (float(formula.depth_mm(p, t)) / float(exact.depth_mm(p, t)) - 1), s)
        for s in storms
        if exact.gives_rain(p := s.return_period_a) and (t := s.duration_min)
    ]
    if not departures:
        return
    percent, storm = max(departures, key=lambda d: abs(d[0]))
    if abs(percent) > limit("departure_percent"):
        yield Finding(
            "rainfall.general_departs",
            found={
                "place": formula.place,
                "percent": f"{percent:+.0f}",
                "duration": f"{storm.duration_min:g}",
                "period": f"{storm.return_period_a:g}",
            },
        )


def _check_typed(settings: Settings, formula: RainFormula, curve: CaptureCurve) -> Iterator[Finding]:
    """Findings about a formula or a table of design rainfall that the project typed and that can hardly be."""
    if formula.how_known == BY_PROJECT:
        periods = tuple(dict.fromkeys(s.return_period_a for s in settings.storms))
        design = curve.design_mm(COMMON_PERCENT)
        worst = formula_out_of_band(formula, periods, design)
        if worst is not None:
            yield Finding(
                "rainfall.formula_implausible",
                found={
                    **_band(worst.found),
                    "period": f"{worst.return_period_a:g}",
                    "duration": f"{worst.duration_min:g}",
                    "place": formula.place,
                    "design": f"{design:.1f}",
                    "design_place": curve.place,
                },
            )
    if curve.how_known != BY_PROJECT:
        return
    out = ratios_out_of_band(curve)
    if out is not None:
        yield Finding(
            "rainfall.ratios_implausible",
            found={**_band(out[1]), "percent": f"{out[0]:g}", "place": curve.place},
        )
    bent = bend(curve)
    if bent is not None:
        yield Finding(
            "rainfall.ratios_bend",
            found={"low": f"{bent[0]:g}", "high": f"{bent[1]:g}", "place": curve.place},
        )


def _band(out: OutOfBand) -> dict[str, object]:
    return {
        "depth": f"{out.depth_mm:.1f}",
        "low": f"{out.low_mm:.1f}",
        "high": f"{out.high_mm:.1f}",
        "least": out.least,
        "most": out.most,
        "margin": f"{limit('margin'):g}",
    }

"""The design storms of a project."""

from __future__ import annotations

import pandas as pd

from spongecalc.project.settings import RainfallSettings, Settings, StormSettings
from spongecalc.rainfall.alternating_blocks import alternating_blocks
from spongecalc.rainfall.chicago import chicago_hyetograph
from spongecalc.rainfall.depth_shares import shared_hyetograph
from spongecalc.rainfall.storm import Storm
from spongecalc.rainfall.storm_formula import RainFormula
from spongecalc.rainfall.uniform import uniform_hyetograph


def design_storms(settings: Settings) -> tuple[Storm, ...]:
    """The storms that a project lists, in its order."""
    rainfall = settings.rainfall
    formula = project_formula(settings)
    return tuple(
        Storm(
            s.storm_id,
            s.return_period_a,
            s.duration_min,
            rainfall.step_min,
            formula,
            hyetograph(formula, s, rainfall),
            s.pattern,
        )
        for s in settings.storms
    )


def hyetograph(formula: RainFormula, storm: StormSettings, rainfall: RainfallSettings) -> pd.Series:
    """Intensity in mm/h by minutes of a storm of the project, in its own pattern."""
    period, duration, step = storm.return_period_a, storm.duration_min, rainfall.step_min
    if storm.pattern == "uniform":
        return uniform_hyetograph(formula, period, duration, step)
    if storm.pattern == "alternating_blocks":
        return alternating_blocks(formula, period, duration, rainfall.peak_ratio, step)
    if storm.pattern == "measured":
        return shared_hyetograph(sum(storm.depths_mm), storm.depths_mm, duration, step)
    if storm.pattern in ("pilgrim_cordery", "table"):
        return shared_hyetograph(float(formula.depth_mm(period, duration)), storm.percents, duration, step)
    return chicago_hyetograph(formula, period, duration, rainfall.peak_ratio, step)


def project_formula(settings: Settings) -> RainFormula:
    """The project's storm formula: of the place it names, or as typed in it."""
    return settings.rainfall.storm_formula(settings.name)

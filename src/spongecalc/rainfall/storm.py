"""The design storms of a project."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from spongecalc.project.settings import Settings
from spongecalc.rainfall.chicago import chicago_hyetograph
from spongecalc.rainfall.storm_formula import StormFormula


@dataclass(frozen=True)
class Storm:
    """One storm: ``hyetograph`` is intensity in mm/h by minutes from the start, in steps of ``step_min``."""

    storm_id: str
    return_period_a: float
    duration_min: float
    step_min: float
    formula: StormFormula
    hyetograph: pd.Series

    @property
    def depth_mm(self) -> float:
        """Depth of the formula for the whole duration, in mm."""
        return float(self.formula.depth_mm(self.return_period_a, self.duration_min))


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
            chicago_hyetograph(
                formula, s.return_period_a, s.duration_min, rainfall.peak_ratio, rainfall.step_min
            ),
        )
        for s in settings.storms
    )


def project_formula(settings: Settings) -> StormFormula:
    """The project's storm formula: of the place it names, or as typed in it."""
    return settings.rainfall.storm_formula(settings.name)

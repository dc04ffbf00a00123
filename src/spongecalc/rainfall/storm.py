"""One storm: its rain over time, and the formula it is made by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from spongecalc.rainfall.storm_formula import RainFormula


@dataclass(frozen=True)
class Storm:
    """One storm: ``hyetograph`` is intensity in mm/h by minutes from the start, in steps of ``step_min``."""

    storm_id: str
    return_period_a: float
    duration_min: float
    step_min: float
    formula: RainFormula
    hyetograph: pd.Series
    pattern: str = "chicago"

    @property
    def depth_mm(self) -> float:
        """Depth in mm: the formula's for the whole duration, or what was measured."""
        if self.pattern != "measured":
            return float(self.formula.depth_mm(self.return_period_a, self.duration_min))
        steps = np.diff(np.append(self.hyetograph.index.to_numpy(), self.duration_min))
        return float((self.hyetograph.to_numpy() * steps).sum() / 60)

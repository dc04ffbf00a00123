"""The Chicago hyetograph against what defines it."""

from __future__ import annotations

import numpy as np
import pytest

from spongecalc.rainfall.chicago import chicago_hyetograph
from spongecalc.rainfall.storm_formula import StormFormula, formula_of

KUNMING = formula_of("昆明 (新)")
RATIOS = (0.2, 0.35, 0.4, 0.5, 0.8)


def depths_mm(duration: float, ratio: float, step: float) -> np.ndarray:
    hyetograph = chicago_hyetograph(KUNMING, 3, duration, ratio, step)
    edges = np.append(hyetograph.index.to_numpy(), duration)
    return hyetograph.to_numpy() * np.diff(edges) / 60


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("step", [1, 5, 7, 10])
@pytest.mark.parametrize("duration", [60, 120, 180])
def test_the_depth_is_the_formulas(duration: float, ratio: float, step: float) -> None:
    # 1226.623 (1 + 0.958 lg 3) = 1787.290 over (t + 6.714)^0.648, and 1 L/(s ha) is 0.006 mm/min
    expected = 1787.290 / (duration + 6.714) ** 0.648 * 0.006 * duration
    assert depths_mm(duration, ratio, step).sum() == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("window", [5, 10, 15, 30, 45, 60])
def test_the_largest_depth_within_a_window_is_the_formulas(ratio: float, window: int) -> None:
    running = np.convolve(depths_mm(120, ratio, 1), np.ones(window), "valid")
    assert running.max() == pytest.approx(float(KUNMING.depth_mm(3, window)), rel=0.01)


@pytest.mark.parametrize("ratio", RATIOS)
def test_the_peak_lies_where_the_ratio_puts_it(ratio: float) -> None:
    hyetograph = chicago_hyetograph(KUNMING, 3, 120, ratio, 1)
    assert hyetograph.idxmax() == pytest.approx(ratio * 120, abs=1)
    rise = hyetograph[hyetograph.index < ratio * 120 - 1]
    fall = hyetograph[hyetograph.index > ratio * 120 + 1]
    assert rise.is_monotonic_increasing
    assert fall.is_monotonic_decreasing


def test_steps_that_do_not_divide_the_duration_end_with_a_shorter_one() -> None:
    hyetograph = chicago_hyetograph(KUNMING, 3, 60, 0.4, 25)
    assert hyetograph.index.tolist() == [0, 25, 50]


@pytest.mark.parametrize("ratio", [0, 1, -0.1, 1.5])
def test_a_peak_ratio_out_of_range_is_refused(ratio: float) -> None:
    with pytest.raises(ValueError, match="peak ratio"):
        chicago_hyetograph(KUNMING, 3, 120, ratio, 5)


@pytest.mark.parametrize(("duration", "step"), [(0, 5), (-10, 5), (120, 0), (120, -1)])
def test_durations_that_are_not_positive_are_refused(duration: float, step: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        chicago_hyetograph(KUNMING, 3, duration, 0.4, step)


def test_a_return_period_without_rain_is_refused() -> None:
    with pytest.raises(ValueError, match="return period"):
        chicago_hyetograph(KUNMING, 0.01, 120, 0.4, 5)


def test_a_storm_longer_than_its_formula_is_refused() -> None:
    formula = StormFormula("x", 1000.0, 0.5, 20.0, 1.1, "s", "c")
    assert (chicago_hyetograph(formula, 3, 195, 0.4, 5) >= 0).all()
    with pytest.raises(ValueError, match="200 min"):
        chicago_hyetograph(formula, 3, 240, 0.4, 5)

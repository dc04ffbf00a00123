"""Hyetographs other than Chicago, each worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from spongecalc.rainfall.alternating_blocks import alternating_blocks
from spongecalc.rainfall.depth_shares import shared_hyetograph
from spongecalc.rainfall.pilgrim_cordery import mean_pattern_percent
from spongecalc.rainfall.storm_formula import formula_of
from spongecalc.rainfall.uniform import uniform_hyetograph

KUNMING = formula_of("昆明 (新)")


def test_uniform_rain_is_the_mean_intensity() -> None:
    hyetograph = uniform_hyetograph(KUNMING, 3, 60, 5)
    # 1787.290 / 66.714^0.648 L/(s ha) times 0.36 is mm/h
    assert hyetograph.to_numpy() == pytest.approx(1787.290 / 66.714**0.648 * 0.36, rel=1e-4)
    assert len(hyetograph) == 12


@pytest.mark.parametrize("ratio", [0.2, 0.5, 0.8])
def test_alternating_blocks_hold_the_formulas_depths(ratio: float) -> None:
    depths = alternating_blocks(KUNMING, 3, 60, ratio, 10).to_numpy() / 6
    expected = np.diff([0.0, *(float(KUNMING.depth_mm(3, t)) for t in (10, 20, 30, 40, 50, 60))])
    assert np.sort(depths) == pytest.approx(np.sort(expected))
    assert int(np.argmax(depths)) == int(ratio * 6)


def test_alternating_blocks_go_right_then_left() -> None:
    depths = alternating_blocks(KUNMING, 3, 50, 0.5, 10).to_numpy()
    # five blocks with the peak in the middle: 4th, 2nd largest right of it, 3rd left, ...
    assert np.argsort(-depths).tolist() == [2, 3, 1, 4, 0]


def test_shares_of_a_depth() -> None:
    hyetograph = shared_hyetograph(30.0, [10, 50, 40], 60, 10)
    # 3, 15 and 12 mm in 20 min each: 9, 45 and 36 mm/h
    assert hyetograph.tolist() == pytest.approx([9, 9, 45, 45, 36, 36])
    with pytest.raises(ValueError, match="shares"):
        shared_hyetograph(30.0, [1, -1], 60, 10)


def test_pilgrim_and_cordery_by_hand() -> None:
    # shares 50 30 20 / 60 10 30: ranks 1 2 3 / 1 3 2; mean ranks 1, 2.5, 2.5; ranked means 55, 30, 15
    pattern = mean_pattern_percent([[5.0, 3.0, 2.0], [12.0, 2.0, 6.0]])
    assert pattern.tolist() == pytest.approx([55, 30, 15])
    with pytest.raises(ValueError, match="number of parts"):
        mean_pattern_percent([[1.0], [1.0, 2.0]])

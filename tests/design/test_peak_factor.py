"""The peak factor at the table's flows, between them, and beyond them."""

import numpy as np
import pytest

from spongecalc.design.peak_factor import peak_factor


@pytest.mark.parametrize(
    ("mean_l_s", "factor"),
    [
        # The rows of GB 50014-2021, table of 4.1.15.
        (5, 2.7),
        (15, 2.4),
        (40, 2.1),
        (70, 2.0),
        (100, 1.9),
        (200, 1.8),
        (500, 1.6),
        (1000, 1.5),
        # Between them by hand: 10 lies half way from 5 to 15; 50 a third of the way from 40 to 70.
        (10, 2.55),
        (50, 2.1 - 0.1 / 3),
        (350, 1.7),
        (0.1, 2.7),
        (4.99, 2.7),
        (5000, 1.5),
    ],
)
def test_interpolated_as_the_standard_says(mean_l_s, factor):
    assert peak_factor(np.array(mean_l_s)) == pytest.approx(factor)

"""Lines on lines, with distances and metres by hand."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import LineString

from spongecalc.layers.doubles.lines_on_lines import lines_on_lines


def test_a_part_lies_on_a_line_and_not_the_line_on_it() -> None:
    """20 m of 100 m, 0.1 m beside it, drawn from 50 back to 30."""
    found = lines_on_lines(np.array([LineString([(0, 0), (100, 0)]), LineString([(50, 0.1), (30, 0.1)])]), 0.2)
    assert list(zip(found.line.tolist(), found.other.tolist(), found.whole.tolist(), strict=True)) == [
        (0, 1, False),
        (1, 0, True),
    ]
    assert found.gap_m[1] == pytest.approx(0.1)
    assert found.overlap_m[1] == pytest.approx(20.0)
    assert (found.start_m[1], found.end_m[1]) == (30.0, 50.0)


@pytest.mark.parametrize(
    "other",
    [
        LineString([(0, 0.3), (100, 0.3)]),
        LineString([(100, 0), (200, 0)]),
        LineString([(40, -10), (40, 10)]),
        LineString([(100, 0), (100, 0.15)]),
    ],
    ids=["beside", "follows", "crosses", "stub"],
)
def test_what_lies_beside_or_goes_on_is_on_no_line(other: LineString) -> None:
    found = lines_on_lines(np.array([LineString([(0, 0), (100, 0)]), other]), 0.2)
    assert not found.whole.any()

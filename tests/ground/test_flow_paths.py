"""Ways of water on grounds whose ways are known."""

from __future__ import annotations

import numpy as np
import pytest

from spongecalc.ground.flow_paths import cells_below, first_reached

NOWHERE = np.zeros((8, 9), dtype=bool)


def plane(fall_south: float, fall_east: float) -> np.ndarray:
    rows, columns = np.mgrid[0:8, 0:9]
    return 100.0 - fall_south * rows - fall_east * columns


@pytest.mark.parametrize(
    ("falls", "step"),
    [((0.02, 0.0), (1, 0)), ((0.0, 0.02), (0, 1)), ((0.02, 0.02), (1, 1)), ((0.05, 0.01), (1, 0))],
)
def test_on_a_plane_water_takes_the_steepest_of_eight_ways(
    falls: tuple[float, float], step: tuple[int, int]
) -> None:
    below = cells_below(plane(*falls), NOWHERE)
    for row in range(1, 7):
        for column in range(1, 8):
            assert divmod(int(below[row, column]), 9) == (row + step[0], column + step[1])
    edge = np.ones_like(NOWHERE)
    edge[1:-1, 1:-1] = False
    assert (below[edge] == np.arange(72).reshape(8, 9)[edge]).all()


def test_ways_end_at_inlets_and_go_through_pits() -> None:
    ground = plane(0.02, 0.0)
    ground[3:5, 3:6] -= 0.5  # a pit of six cells, its lowest rim in the south
    below = cells_below(ground, NOWHERE)
    at = np.arange(72)
    for _ in range(72):
        at = below.ravel()[at]
    # Every way gets to the edge: nothing turns in a circle, nothing stays in the pit.
    assert all(row in (0, 7) or column in (0, 8) for row, column in (divmod(int(n), 9) for n in at))
    pit = np.zeros_like(NOWHERE)
    pit[3:5, 3:6] = True
    entered = first_reached(below, pit)
    through = pit.ravel()[entered]
    assert through[1, 3:6].all()
    assert not through[6].any()
    ends = NOWHERE.copy()
    ends[2, 4] = True
    stopped = first_reached(cells_below(ground, ends), pit)
    # Water that an inlet has taken in does not get to the pit.
    assert stopped[1, 4] == stopped[2, 4] == 2 * 9 + 4
    assert pit.ravel()[stopped[1, 3]]


def test_a_marked_cell_reaches_itself() -> None:
    below = cells_below(plane(0.02, 0.0), NOWHERE)
    marked = NOWHERE.copy()
    marked[5] = True
    found = first_reached(below, marked)
    assert (found[1:5, 1:8] // 9 == 5).all()
    assert (found[5] == np.arange(45, 54)).all()
    assert (found[6, 1:8] // 9 == 7).all()

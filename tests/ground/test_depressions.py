"""Lakes against a calculation that floods cell by cell, on a thousand random grids; and by hand."""

import math

import numpy as np
import pytest

from spongecalc.ground.depressions import low_spots, standing_water

WAYS = [(r, c) for r in (-1, 0, 1) for c in (-1, 0, 1) if (r, c) != (0, 0)]


def brute_force(ground: np.ndarray, sources: list[tuple[int, int, float]]) -> tuple[np.ndarray, float]:
    """Move each volume over the water surface, looking at the whole grid again at every step (cells of 1 m2)."""
    water = ground.copy()
    rows, columns = ground.shape
    left = 0.0

    def near(cell: tuple[int, int]) -> list[tuple[tuple[int, int], float]]:
        at = [((cell[0] + r, cell[1] + c), math.hypot(r, c)) for r, c in WAYS]
        return [(p, d) for p, d in at if 0 <= p[0] < rows and 0 <= p[1] < columns]

    def edge(cell: tuple[int, int]) -> bool:
        return cell[0] in (0, rows - 1) or cell[1] in (0, columns - 1)

    def flat(cell: tuple[int, int]) -> set[tuple[int, int]]:
        """All cells joined to a cell by a water surface of its level."""
        seen, todo = {cell}, [cell]
        while todo:
            for other, _ in near(todo.pop()):
                if other not in seen and abs(water[other] - water[cell]) < 1e-12:
                    seen.add(other)
                    todo.append(other)
        return seen

    for row, column, poured in sources:
        cell, volume = (row, column), poured
        while volume > 1e-12:
            lake = flat(cell)
            if any(edge(c) for c in lake):
                left += volume
                break
            down = [
                ((water[c] - ground[n]) / d, n)
                for c in lake
                for n, d in near(c)
                if n not in lake and water[n] < water[cell] - 1e-12
            ]
            if down:
                cell = max(down)[1]
                continue
            top = min(water[n] for c in lake for n, _ in near(c) if n not in lake)
            taken = min(volume, len(lake) * (top - water[cell]))
            level = top if taken < volume else water[cell] + taken / len(lake)
            for c in lake:
                water[c] = level
            volume -= taken
    return water - ground, left


@pytest.mark.parametrize("part", range(4))
def test_thousand_random_grids(part: int) -> None:
    for seed in range(250 * part, 250 * (part + 1)):
        random = np.random.default_rng(seed)
        ground = random.random(tuple(random.integers(4, 10, 2)))
        sources = [
            (int(random.integers(ground.shape[0])), int(random.integers(ground.shape[1])), float(v))
            for v in random.random(random.integers(1, 6)) * 3
        ]
        found = standing_water(ground, sources, 1.0)
        expected, left = brute_force(ground, sources)
        assert found.left_m3 == pytest.approx(left, abs=1e-9), seed
        np.testing.assert_allclose(found.depth_m, expected, atol=1e-9, err_msg=str(seed))
        assert found.depth_m.sum() + found.left_m3 == pytest.approx(sum(v for *_, v in sources))


def two_pits() -> np.ndarray:
    """A row of ground in a high frame: a pit of 2 cells, a sill of 1 m, a pit of 1 cell, a far rim of 2 m."""
    ground = np.full((3, 8), 5.0)
    ground[1] = [5, 0, 0, 1, 0, 2, 5, 5]
    return ground


def test_fills_spills_and_merges_by_hand() -> None:
    def depths(volume: float) -> list[float]:
        return standing_water(two_pits(), [(1, 1, volume)], 1.0).depth_m[1].tolist()

    assert depths(1.0) == [0, 0.5, 0.5, 0, 0, 0, 0, 0]
    assert depths(2.5) == [0, 1, 1, 0, 0.5, 0, 0, 0]  # 2 fill the first pit, the rest spills
    assert depths(5.0) == [0, 1.5, 1.5, 0.5, 1.5, 0, 0, 0]  # 3 fill both, 2 raise all four cells


def test_what_overtops_the_edge_leaves() -> None:
    ground = np.full((5, 5), 1.0)
    ground[2, 2] = 0.0
    found = standing_water(ground, [(2, 2, 3.0)], 4.0)
    assert found.depth_m[2, 2] == pytest.approx(0.75)
    found = standing_water(ground, [(2, 2, 7.0)], 4.0)
    assert (found.depth_m[2, 2], found.left_m3) == (1.0, 3.0)


def test_levels_rounded_to_the_centimetre() -> None:
    """Flats, as a DEM written to 0.01 m has them, neither stop water nor lose it."""
    for seed in range(100):
        random = np.random.default_rng(seed)
        ground = np.round(random.random((12, 12)), 1)
        found = standing_water(ground, [(5, 5, 4.0), (6, 3, 2.0)], 1.0)
        assert found.depth_m.sum() + found.left_m3 == pytest.approx(6.0)


def test_refuses_gaps() -> None:
    with pytest.raises(ValueError, match="gaps"):
        standing_water(np.full((4, 4), np.nan), [], 1.0)


def valley(saddle_m: float) -> np.ndarray:
    """Two hollows of 3 x 3 cells at level 0 in a plain at 1 m that falls nowhere, with a saddle between them."""
    ground = np.full((7, 13), 1.0)
    ground[2:5, 2:5] = ground[2:5, 8:11] = 0.0
    ground[3, 5:8] = saddle_m
    return ground


def test_sources_in_one_hollow_are_one_low_spot_and_in_two_hollows_two():
    ground = valley(0.5)
    sources = [(2, 2, 1.0), (4, 4, 1.0), (3, 9, 1.0)]
    assert low_spots(ground, sources, 1.0, 0.05) == [(2, 2), (2, 2), (2, 8)]
    assert low_spots(ground, sources[::-1], 1.0, 0.05) == [(2, 8), (2, 2), (2, 2)]


def test_hollows_that_fill_to_their_saddle_become_one():
    """Each of the hollows holds 9 x 0.5 = 4.5 m3 up to the saddle."""
    ground = valley(0.5)
    for first, second, same in ((4.4, 4.4, False), (4.6, 4.3, False), (4.6, 4.6, True)):
        spots = low_spots(ground, [(3, 3, first), (3, 9, second)], 1.0, 0.05)
        assert (spots[0] == spots[1]) is same, (first, second)


def test_a_dent_on_the_way_down_is_passed_and_a_slope_has_no_low_spot():
    """A slope of 1 in 10 to a hollow at its foot, with a dent of 3 cm halfway; and without the hollow."""
    ground = np.tile(np.linspace(2.0, 0.8, 13), (7, 1))
    ground[3, 6] = ground[3, 7] - 0.03
    hollow = ground.copy()
    hollow[2:5, 10:12] -= 0.5
    assert low_spots(hollow, [(3, 2, 1.0), (3, 6, 0.5)], 1.0, 0.05) == [(2, 11), (2, 11)]
    assert low_spots(hollow, [(3, 2, 1.0), (3, 6, 0.5)], 1.0, 0.02) == [(3, 6), (3, 6)]
    assert low_spots(ground, [(3, 2, 1.0)], 1.0, 0.05) == [None]

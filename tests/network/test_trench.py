"""Trench volumes worked by hand, and the invariance under cutting a pipe into pieces."""

import math

import numpy as np
import pandas as pd
import pytest

from spongecalc.catalogue.catalogue import shipped
from spongecalc.network.earthworks import laid_pipes
from spongecalc.network.trench import TrenchRules, bottom_width_m, trench_rules, trench_volumes
from spongecalc.standards.tables import table

RULES = TrenchRules(slope_from_m=1.5, slope=0.33)


def volumes(length=10.0, up=1.0, down=1.0, bottom=0.9, bedding=0.1, area=0.08, rules=RULES):
    arrays = [np.array([v], float) for v in (length, up, down, bottom, bedding, area)]
    return trench_volumes(*arrays, rules)


def test_upright_walls_up_to_the_depth_from_which_they_slope():
    """By hand, exactly on the limit: 10 x 0.9 x 1.5 = 13.5 m3; bedding 0.9; pipe 0.8; backfill 11.8."""
    found = volumes(up=1.5, down=1.5)
    assert found.excavation_m3[0] == pytest.approx(13.5)
    assert found.bedding_m3[0] == pytest.approx(0.9)
    assert found.backfill_m3[0] == pytest.approx(13.5 - 0.9 - 0.8)
    assert found.spoil_m3[0] == pytest.approx(1.7)
    assert found.opened_m2[0] == pytest.approx(9.0)


def test_sloping_walls_below_it():
    """By hand: h = 2, section 0.9 x 2 + 0.33 x 4 = 3.12 m2; top 0.9 + 2 x 0.33 x 2 = 2.22 m."""
    found = volumes(up=2.0, down=2.0)
    assert found.excavation_m3[0] == pytest.approx(31.2)
    assert found.opened_m2[0] == pytest.approx(22.2)
    assert found.bedding_m3[0] == pytest.approx(10 * (0.9 * 0.1 + 0.33 * 0.01))


def test_depth_that_changes_is_integrated_exactly():
    """A trench that falls from 1 to 3 m, against a sum of a hundred thousand slices."""
    found = volumes(up=1.0, down=3.0)
    h = 1.0 + 2.0 * (np.arange(100_000) + 0.5) / 100_000
    section = np.where(h > 1.5, 0.9 * h + 0.33 * h**2, 0.9 * h)
    assert found.excavation_m3[0] == pytest.approx(section.mean() * 10, rel=1e-6)
    assert volumes(up=3.0, down=1.0).excavation_m3[0] == pytest.approx(found.excavation_m3[0])


@pytest.mark.parametrize("cut", [0.1, 0.25, 0.5, 0.9])
def test_a_trench_in_pieces_has_the_same_volumes(cut):
    whole = volumes(length=40, up=0.8, down=2.9)
    middle = 0.8 + cut * 2.1
    first = volumes(length=40 * cut, up=0.8, down=middle)
    second = volumes(length=40 * (1 - cut), up=middle, down=2.9)
    for name in ("excavation_m3", "bedding_m3", "pipe_m3", "backfill_m3", "spoil_m3", "opened_m2"):
        total = getattr(first, name)[0] + getattr(second, name)[0]
        assert total == pytest.approx(getattr(whole, name)[0], rel=1e-12)


def test_supported_walls_stand_upright_and_take_room():
    rules = TrenchRules(1.5, 0.33, supported=True, support_m=0.1)
    assert volumes(up=2.0, down=2.0, rules=rules).excavation_m3[0] == pytest.approx(10 * 1.1 * 2.0)
    assert volumes(up=1.5, down=1.5, rules=rules).excavation_m3[0] == pytest.approx(10 * 0.9 * 1.5)


def test_unknown_depth_gives_nothing_rather_than_a_guess():
    found = volumes(up=np.nan, down=2.0)
    assert np.isnan([found.excavation_m3[0], found.backfill_m3[0], found.opened_m2[0], found.pipe_m3[0]]).all()
    assert np.isnan(volumes(up=-0.2, down=2.0).excavation_m3[0])


@pytest.mark.parametrize(
    ("outer_m", "concrete", "side_m"),
    [(0.5, True, 0.4), (0.501, True, 0.5), (1.0, True, 0.5), (0.5, False, 0.3), (0.501, False, 0.4)],
)
def test_working_width_on_each_side_of_the_tables_edges(outer_m, concrete, side_m):
    width = bottom_width_m(np.array([outer_m]), np.array([concrete]))[0]
    assert width == pytest.approx(outer_m + 2 * side_m)


def test_rules_of_every_soil_come_from_the_table():
    for row in table("trench_slopes").itertuples():
        rules = trench_rules(row.soil, "by_hand", supported=False, support_m=0.1, pavement_m=0)
        assert (rules.slope_from_m, rules.slope) == (row.slope_from_m, row.by_hand)
    with pytest.raises(KeyError):
        trench_rules("rock", "by_hand", supported=False, support_m=0.1, pavement_m=0)


def test_a_pipe_with_a_wall_of_its_own_lies_with_that_and_others_with_their_materials():
    pipes = pd.DataFrame(
        {
            "shape": "circular",
            "diameter_mm": [300.0, 300.0],
            "width_mm": math.nan,
            "height_mm": math.nan,
            "wall_mm": [50.0, math.nan],
            "material": "钢筋混凝土",
        }
    )
    laid = laid_pipes(pipes, shipped())
    # A tenth of the inner diameter is usual of concrete.
    assert laid.wall_m == pytest.approx([0.05, 0.03])
    assert laid.outer_m == pytest.approx([0.4, 0.36])
    assert laid_pipes(pipes.drop(columns="wall_mm"), shipped()).outer_m == pytest.approx([0.36, 0.36])

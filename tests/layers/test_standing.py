"""Which features stand in a scenario, by each rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from tests.network.systems import layers_of
from tests.small_project import Frames, joined

from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.standing import stands
from spongecalc.project.scenario_settings import Scenario


def layers(change: Callable[[Frames], None] | None = None) -> LayerSet:
    """Communities A of phase 1 and B of phase 2."""
    frames = joined([("A", 0), ("B", 1)])
    frames["communities"]["phase"] = ["1", "2"]
    for name in ("nodes", "pipes", "connections", "surfaces"):
        frames[name]["designs"] = None
        frames[name]["laid"] = None
    if change:
        change(frames)
    return layers_of(frames)


def standing(given: LayerSet, layer: str, scenario: Scenario) -> list[str]:
    frame = given[layer]
    return sorted(frame.loc[stands(given, layer, scenario), frame.columns[0]])


def set_cells(layer: str, column: str, cells: dict[str, str]) -> Callable[[Frames], None]:
    def change(frames: Frames) -> None:
        frame = frames[layer]
        key = frame.columns[0]
        frame[column] = [
            cells.get(i, old) for i, old in zip(frame[key], frame.get(column, frame[key]), strict=True)
        ]

    return change


@pytest.mark.parametrize(
    ("phases", "pipes"),
    [
        ((), ["A-PC", "B-PC"]),
        (("1",), ["A-PR", "A-PS", "B-PC"]),
        (("2",), ["A-PC", "B-PR", "B-PS"]),
        (("1", "2"), ["A-PR", "A-PS", "B-PR", "B-PS"]),
    ],
)
def test_the_works_of_a_phase_lay_what_is_new_and_take_out_what_is_old(
    phases: tuple[str, ...], pipes: list[str]
) -> None:
    assert standing(layers(), "pipes", Scenario(name="s", phases=phases)) == pipes


def test_the_default_scenarios_are_no_phase_and_every_phase() -> None:
    given = layers()
    for default, phases in (("before", ()), ("after", ("1", "2"))):
        for layer in ("nodes", "pipes", "surfaces", "connections", "buildings"):
            by_phase = standing(given, layer, Scenario(name="s", phases=phases))
            assert by_phase == standing(given, layer, Scenario(name=default)), (default, layer)


def test_a_feature_of_its_own_phase_goes_by_it() -> None:
    def change(frames: Frames) -> None:
        frames["pipes"]["phase"] = ["2" if i == "A-PS" else None for i in frames["pipes"]["pipe_id"]]

    given = layers(change)
    assert standing(given, "pipes", Scenario(name="s", phases=("1",))) == ["A-PR", "B-PC"]
    assert standing(given, "pipes", Scenario(name="s", phases=("2",))) == ["A-PC", "A-PS", "B-PR", "B-PS"]


def laid_in(frames: Frames) -> None:
    days = {"A-PR": "2024-03-15", "A-PS": "2024-06", "B-PR": "2024-09-01"}
    frames["pipes"]["laid"] = [days.get(i) for i in frames["pipes"]["pipe_id"]]
    frames["surfaces"]["laid"] = ["2024-05-01" if i == "A-L1" else None for i in frames["surfaces"]["surface_id"]]


@pytest.mark.parametrize(
    ("day", "pipes", "surfaces"),
    [
        (date(2024, 3, 14), ["A-PC", "B-PC"], ["A-G", "A-L0", "B-G", "B-L0"]),
        (date(2024, 3, 15), ["A-PR", "B-PC"], ["A-G", "A-L0", "B-G", "B-L0"]),
        (date(2024, 5, 1), ["A-PR", "B-PC"], ["A-G", "A-L1", "B-G", "B-L0"]),
        # a pipe of June is there for certain on its last day
        (date(2024, 6, 29), ["A-PR", "B-PC"], ["A-G", "A-L1", "B-G", "B-L0"]),
        (date(2024, 6, 30), ["A-PR", "A-PS", "B-PC"], ["A-G", "A-L1", "B-G", "B-L0"]),
        # B-PS has no day: it is only designed
        (date(2024, 9, 1), ["A-PR", "A-PS", "B-PR"], ["A-G", "A-L1", "B-G", "B-L0"]),
    ],
)
def test_what_was_laid_by_a_day_stands_and_what_it_replaced_is_gone(
    day: date, pipes: list[str], surfaces: list[str]
) -> None:
    given = layers(laid_in)
    scenario = Scenario(name="s", laid_by=day)
    assert standing(given, "pipes", scenario) == pipes
    assert standing(given, "surfaces", scenario) == surfaces


def test_nodes_and_laterals_are_laid_with_the_first_pipe_of_their_community() -> None:
    given = layers(laid_in)
    nodes = standing(given, "nodes", Scenario(name="s", laid_by=date(2024, 3, 15)))
    assert nodes == ["A-R1", "A-R2", "A-S1", "A-S2", "B-C1", "B-C2"]
    laterals = standing(given, "connections", Scenario(name="s", laid_by=date(2024, 3, 15)))
    assert laterals == ["A-D1", "A-K1", "A-T1", "B-D0", "B-K0", "B-T0"]


def test_a_column_lists_the_scenarios_that_a_feature_stands_in() -> None:
    def change(frames: Frames) -> None:
        cells = {"A-PR": "design_a", "A-PS": "design_a；design_b", "B-PC": "design_b"}
        frames["pipes"]["designs"] = [cells.get(i) for i in frames["pipes"]["pipe_id"]]

    given = layers(change)
    # what lists nothing stands unless it is removed
    everywhere = ["B-PR", "B-PS"]
    assert standing(given, "pipes", Scenario(name="design_a", column="designs")) == ["A-PR", "A-PS", *everywhere]
    assert standing(given, "pipes", Scenario(name="design_b", column="designs")) == [
        "A-PS",
        "B-PC",
        *everywhere,
    ]
    assert standing(given, "surfaces", Scenario(name="design_a", column="designs")) == [
        "A-G",
        "A-L1",
        "B-G",
        "B-L1",
    ]

"""A project of more scenarios than two: each has systems, runs and answers, and any pair can be compared."""

from __future__ import annotations

import pytest
from tests.small_project import write_small_project

import spongecalc as sc

PHASES = """
[[scenarios]]
name = "today"
statuses = ["existing", "removed"]
[[scenarios]]
name = "phase1"
label = { zh = "一期后", en = "after phase 1" }
phases = ["1"]
[[scenarios]]
name = "phase2"
phases = ["1", "2"]
"""


@pytest.fixture(scope="module")
def phased(tmp_path_factory) -> sc.Project:
    """A and B are of the first phase, C is of the second."""

    def of_second_phase(frames) -> None:
        frames["communities"]["phase"] = "2"

    folder = tmp_path_factory.mktemp("phased") / "project"
    write_small_project(folder, second=of_second_phase, toml=lambda text: text + PHASES)
    return sc.open_project(folder)


def test_scenarios_and_what_they_are_called(phased):
    assert phased.scenarios == ("today", "phase1", "phase2")
    assert phased.labels["phase1"] == "after phase 1"
    assert "phase1 (after phase 1)" in phased._repr_html_()
    with pytest.raises(KeyError, match="'phase1'"):
        phased.system("A", "phase_1")


def test_each_scenario_has_its_system(phased):
    assert list(phased.system("A", "phase1").pipes.index) == ["A-PR", "A-PS"]
    assert list(phased.system("C", "phase1").pipes.index) == ["C-PC"]
    assert list(phased.system("C", "phase2").pipes.index) == ["C-PR", "C-PS"]
    assert phased.system("C", "phase1").to_swmm().run().run_id == "C/phase1/P3-120"


def test_any_pair_is_compared(phased):
    first = phased.compare("today", "phase1").set_index(["community_id", "figure", "storm_id"])
    assert list(first.columns) == ["unit", "today", "phase1", "difference"]
    assert first.loc[("A", "separated", ""), ["today", "phase1"]].tolist() == ["no", "yes"]
    assert first.loc[("C", "separated", ""), ["today", "phase1"]].tolist() == ["no", "no"]
    assert first.loc[("A", "runoff", "P3-120"), "difference"] < 0
    assert first.loc[("C", "runoff", "P3-120"), "difference"] == pytest.approx(0.0)
    back = phased.compare("phase2", "phase1", communities="C").set_index(["figure", "storm_id"])
    assert back.loc[("runoff", "P3-120"), "difference"] > 0
    usual = phased.compare()
    assert list(usual.columns[-3:]) == ["today", "phase2", "difference"]


def test_one_scenario_alone(phased):
    one = sc.open_project(phased.folder, scenarios="phase2")
    assert one.scenarios == ("phase2",)
    assert set(one.run()["scenario"]) == {"phase2"}
    with pytest.raises(KeyError, match="'today'"):
        one.system("A", "today")

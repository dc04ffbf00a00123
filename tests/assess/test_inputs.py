"""What an assessment rests on: the features that stand in the last of the scenarios compared."""

from pathlib import Path

from tests.small_project import write_small_project

from spongecalc.assess.inputs import Inputs
from spongecalc.layers.feature import NOWHERE, Feature
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline


def test_what_the_works_remove_does_not_matter_after_them(tmp_path: Path):
    checked = pipeline.check(load_project(write_small_project(tmp_path / "project").folder))
    inputs = Inputs(checked.layers, checked.project.settings, (), (), (), {}, (), ())
    assert inputs.gone["pipes"] == {"A-PC", "B-PC", "C-PC"}
    assert not inputs.matters(Feature("pipes", "A-PC", "A"))
    assert not inputs.matters(Feature("connections", "A-K0", "A"))
    assert inputs.matters(Feature("pipes", "A-PR", "A"))
    # A whole community, or a file, stands in every scenario.
    assert inputs.matters(Feature("communities", "A", "A"))
    assert inputs.matters(NOWHERE)

"""Nothing of a SWMM model is lost: the list of what was read, carried on or named is the file's objects."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from tests.layers.sources.random_models import Made, models
from tests.layers.sources.swmm_cases import CASES

from spongecalc.contract import SCHEMAS
from spongecalc.layers.model_sources import HARMLESS, Reason, findings_of_fates
from spongecalc.layers.sources.swmm.ledger import CARRIED_ON, LAYER, NAMED
from spongecalc.layers.sources.swmm.model import read_contents

OBJECT_SECTIONS = {
    "nodes": ("JUNCTIONS", "OUTFALLS", "STORAGE", "DIVIDERS"),
    "pipes": ("CONDUITS",),
    "structures": ("PUMPS", "ORIFICES", "WEIRS", "OUTLETS"),
    "surfaces": ("SUBCATCHMENTS",),
}


@given(made=models())
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_list_is_the_files_objects(made: Made, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("random") / "model.inp"
    path.write_text(made.text(), encoding="utf-8")
    contents = read_contents(path)
    told: dict[str, list[str]] = {}
    for fate in contents.fates:
        told.setdefault(fate.section, []).extend(fate.names)
    expected = {section: sorted(names) for section, names in made.names.items() if names}
    spelt = {s: sorted(_first_spelling(n, made.names[s]) for n in names) for s, names in told.items() if names}
    assert spelt == expected
    # What is said to be in a layer is a feature of it, and what is said to be carried on is carried on.
    for layer, sections in OBJECT_SECTIONS.items():
        in_layer = {n for f in contents.fates if f.fate == LAYER and f.section in sections for n in f.names}
        assert in_layer == set(contents.layers[layer][SCHEMAS[layer].id_column])
    carried = {(f.section, n.lower()) for f in contents.fates if f.fate == CARRIED_ON for n in f.names}
    assert carried == {o.key for o in contents.carried.objects}
    # What is neither is a finding with section, count and names, in both languages.
    findings = findings_of_fates("model.inp", contents.fates)
    assert [(f.found["section"], f.found["count"]) for f in findings] == [
        (f.section, len(f.names)) for f in contents.fates if f.fate != LAYER
    ]
    for fate in contents.fates:
        if fate.fate == NAMED:
            assert Reason(fate.by).sentence("zh") and Reason(fate.by).sentence("en")
    # What the engine would refuse is said at its line, too.
    unread = {
        n.feature_id
        for n in contents.notes
        if n.rule in ("model.row_short", "model.word_unread", "model.no_opening")
    }
    for name in ("Short", "Odd"):
        assert (name in unread) == (name in {*made.names.get("CONDUITS", ()), *made.names.get("JUNCTIONS", ())})


def _first_spelling(name: str, names: list[str]) -> str:
    return next((n for n in names if n.lower() == name.lower()), f"? {name}")


@pytest.mark.parametrize("case", CASES)
def test_cases_lose_nothing_without_a_finding(case: str, tmp_path: Path) -> None:
    """Every object of the models that were read wrong is in a layer, carried on, or named by a finding."""
    (tmp_path / "model.inp").write_text(CASES[case], encoding="utf-8")
    contents = read_contents(tmp_path / "model.inp")
    lost = [f for f in contents.fates if f.fate == NAMED and f.by not in HARMLESS]
    said = {
        (f.found["section"], name)
        for f in findings_of_fates("model.inp", lost)
        for name in str(f.found["names"]).split(", ")
    }
    assert said == {(f.section, name) for f in lost for name in f.names}
    assert {section for section, _ in said} == ({"CONDUITS", "XSECTIONS"} if case == "few_items" else set())

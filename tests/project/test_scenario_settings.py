"""What spongecalc.toml may say of scenarios."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.project.test_load import SOUND

from spongecalc.project.load import ProjectError, load_project
from spongecalc.project.scenario_settings import DEFAULT_SCENARIOS, Scenario
from spongecalc.project.settings import Settings

PHASES = """
[[scenarios]]
name = "before"
[[scenarios]]
name = "phase1"
label = { zh = "一期后", en = "after phase 1" }
phases = [1]
[[scenarios]]
name = "may"
label = "May"
laid_by = 2024-05-31
[[scenarios]]
name = "design_a"
column = "designs"
"""


def settings(folder: Path, text: str) -> Settings:
    (folder / "spongecalc.toml").write_text(text, encoding="utf-8")
    return load_project(folder).settings


def sentence(folder: Path, text: str, language: str = "en") -> str:
    with pytest.raises(ProjectError) as mistakes:
        settings(folder, text)
    return " ".join(mistakes.value.sentences(language))


def test_a_project_that_names_none_has_before_and_after(tmp_path: Path) -> None:
    found = settings(tmp_path, SOUND)
    assert found.scenarios == DEFAULT_SCENARIOS
    assert [s.statuses for s in found.scenarios] == [("existing", "removed"), ("existing", "proposed")]
    assert found.compared == ("before", "after")
    assert [s.called("zh") for s in found.scenarios] == ["改造前", "改造后"]
    assert found.scenario_columns == ()


def test_scenarios_in_their_order_each_with_its_rule_and_label(tmp_path: Path) -> None:
    found = settings(tmp_path, SOUND + PHASES)
    assert found.scenario_names == ("before", "phase1", "may", "design_a")
    before, phase1, may, design = found.scenarios
    assert before.statuses == ("existing", "removed")
    assert phase1.phases == ("1",)
    assert (phase1.called("zh"), phase1.called("en")) == ("一期后", "after phase 1")
    assert may.laid_by == date(2024, 5, 31)
    assert may.called("zh") == "May"
    assert design.called("en") == "design_a"
    assert found.compared == ("before", "design_a")
    assert found.scenario_columns == ("phase", "laid", "designs")
    assert found.surveyed == "before"
    assert found.measured == "design_a"
    # what a sweep makes of the settings is read back as what it was
    assert Settings.model_validate(found.model_dump()) == found


def test_the_pair_compared_is_the_projects_to_name(tmp_path: Path) -> None:
    found = settings(tmp_path, 'compare = ["phase1", "may"]\n' + SOUND + PHASES)
    assert found.compared == ("phase1", "may")
    wrong = sentence(tmp_path, 'compare = ["before", "phase9"]\n' + SOUND + PHASES)
    assert "compare" in wrong
    assert "phase9" in wrong
    assert "before, phase1, may, design_a" in wrong
    assert "compare" in sentence(tmp_path, 'compare = ["may", "may"]\n' + SOUND + PHASES)


def test_the_old_form_is_still_read(tmp_path: Path) -> None:
    found = settings(tmp_path, SOUND + '[scenarios.after]\nstatus = ["proposed"]\n')
    assert [(s.name, s.statuses) for s in found.scenarios] == [
        ("before", ("existing", "removed")),
        ("after", ("proposed",)),
    ]


def scenario(**keys: object) -> str:
    lines = [f"{key} = {value!r}".replace("'", '"') for key, value in keys.items()]
    return SOUND + '[[scenarios]]\nname = "before"\n[[scenarios]]\n' + "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (scenario(name="phase1"), ("statuses, phases, laid_by, column",)),
        (
            scenario(name="phase1", phases=["1"], column="designs"),
            ("scenarios[2].column", "one rule", "statuses, phases, laid_by, column"),
        ),
        (scenario(name="Phase 1", phases=["1"]), ("scenarios[2].name", "Phase 1")),
        (scenario(name="CON", phases=["1"]), ("scenarios[2].name", "CON")),
        (scenario(name="con", phases=["1"]), ("scenarios[2].name", "con", "Windows")),
        (scenario(name="total", phases=["1"]), ("scenarios[2].name", "total")),
        (scenario(name="sites_new", phases=["1"]), ("scenarios[2].name", "sites_new")),
        (scenario(name="before"), ("scenarios", "before", "more than once")),
        (scenario(name="now", statuses=["standing"]), ("scenarios[2].statuses[1]", "standing", "existing")),
        (scenario(name="now", column="status"), ("scenarios[2].column", "status")),
        (scenario(name="unit", phases=["1"]), ("scenarios[2].name", "unit")),
        (scenario(name="now", phases=[" "]), ("scenarios[2].phases[1]",)),
        (scenario(name="now", column=" "), ("scenarios[2].column",)),
        (scenario(name="now", column="Status"), ("scenarios[2].column", "Status")),
        (scenario(name="now", column="geometry"), ("scenarios[2].column", "geometry")),
        (scenario(name="now", laid_by=2024), ("scenarios[2].laid_by", "2024", "2026-05-31")),
        (scenario(name="now", laid_by="2024-05"), ("scenarios[2].laid_by", "2024-05", "2026-05-31")),
        (scenario(name="now", laid_by="2024-05-31", label="before"), ("scenarios", "before", "label")),
        (scenario(name="now", phases=["1"], label=" "), ("scenarios[2].label",)),
        ('compare = ["before"]\n' + SOUND, ("compare", "two scenarios")),
        (SOUND + '[[scenarios]]\nname = "before"\n', ("scenarios", "two")),
        (SOUND + '[evidence]\nscenario = "befor"\n', ("evidence.scenario", "befor", "before, after")),
        (SOUND + '[[sweeps]]\nname = "s"\nscenarios = ["later"]\n', ("sweeps[1].scenarios[1]", "later")),
    ],
)
def test_a_mistake_is_named_with_its_key_and_what_is_allowed(
    tmp_path: Path, text: str, words: tuple[str, ...]
) -> None:
    said = sentence(tmp_path, text)
    for word in words:
        assert word in said, said
    assert sentence(tmp_path, text, "zh")


def test_a_default_name_may_have_another_rule() -> None:
    assert Scenario(name="after", phases=("1", "2")).statuses is None


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"statuses": ["existing", "removed"]}, True),
        ({"statuses": ["existing", "proposed"]}, False),
        ({"statuses": ["existing", "proposed", "removed"]}, False),
        ({"phases": []}, True),
        ({"phases": ["1"]}, False),
        ({"column": "designs"}, False),
        ({"laid_by": "2026-06-30"}, False),
    ],
)
def test_the_state_before_the_works_is_known_by_its_rule(rule, expected):
    assert Scenario.model_validate({"name": "a", **rule}).is_before_works is expected

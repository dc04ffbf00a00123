"""Levels over time outside outfalls: what a file may hold, and what is said of each fault in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.planting import both, edit
from tests.small_project import SmallProject

from spongecalc.batch.unchanged import inputs_state
from spongecalc.language import LANGUAGES
from spongecalc.layers.finding import Finding
from spongecalc.layers.level_file import LevelFileError, read_level_file
from spongecalc.layers.rules.registry import rules
from spongecalc.project.input_digests import input_digests
from spongecalc.project.load import ProjectError, load_project
from spongecalc.steps import pipeline
from spongecalc.steps.checked import Checked

TIDE = "hours,level\n0,98.5\n1,99.4\n2.5,98.9\n4,98.6\n"
BY_ID = '[[outfall_levels]]\nfile = "river.csv"\noutfalls = ["C-R2"]\n'
BY_RECEIVER = '[[outfall_levels]]\nfile = "river.csv"\nreceives = "municipal_storm"\n'


def given(toml: str) -> Callable[[str], str]:
    """The project's file with sections before those of the simulation."""
    return lambda text: text.replace("[simulation]", f"{toml}\n[simulation]")


def checked(project: SmallProject, tide: str | None = TIDE) -> Checked:
    if tide is not None:
        (project.folder / "river.csv").write_text(tide, encoding="utf-8")
    return pipeline.check(load_project(project.folder))


def named(found: Checked, rule: str) -> list[Finding]:
    return [f for f in found.findings if f.rule == rule]


def levels_of(found: Checked, scenario: str) -> dict[str, tuple[float, float]]:
    """The first and the highest level of each outfall under a level over time."""
    return {
        outfall: (series.first_m, series.highest_m)
        for system in found.systems
        if system.scenario == scenario
        for outfall, series in system.outfall_levels.items()
    }


@pytest.mark.parametrize(
    "text",
    [
        TIDE,
        "0,98.5\n1,99.4\n2.5,98.9\n4,98.6\n",
        "\ufeff小时;水位(m)\n0;98,5\n1;99,4\n\n2,5;98,9\n4;98,6\n",
        "river level of 2025\n时间\t水位\t备注\n0\t98.5\tlow\n60 min\t9940 cm\thigh\n2.5\t98.9\n4\t98.6\n",
        "0 98.5\n1 99.4\n2.5 98.9\n4 98.6\n",
    ],
)
def test_the_usual_forms_of_two_columns_are_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "river.csv").write_text(text, encoding="utf-8")
    series = read_level_file(tmp_path / "river.csv", "river.csv")
    assert (series.hours, series.levels_m) == ((0, 1, 2.5, 4), pytest.approx((98.5, 99.4, 98.9, 98.6)))
    assert (series.first_m, series.highest_m, series.highest_h) == (98.5, 99.4, 1.0)
    assert [series.at_m(h) for h in (0.5, 2.5, 9.0)] == pytest.approx([98.95, 98.9, 98.6])
    assert series.raised(0.5).levels_m == pytest.approx((99.0, 99.9, 99.4, 99.1))


FAULTS = {
    "outfall.series_missing": (None, {}),
    "outfall.series_unreadable": ("0,98.5\n\0", {}),
    "outfall.series_empty": ("hours,level\n", {}),
    "outfall.series_value": ("hours,level\n0,98.5\n1:30,98.7\n", {"row": 3, "column": "hours", "value": "1:30"}),
    "outfall.series_hours": ("0,98.5\n2,98.6\n2.00001,98.7\n", {"row": 3, "hour": "2", "before": "2"}),
    "outfall.series_bounds": ("0,98.5\n1,-9999\n", {"row": 2, "level": "-9999", "low": "-500", "high": "6000"}),
}


@pytest.mark.parametrize("rule", FAULTS)
def test_a_fault_of_the_file_is_named_and_keeps_its_communities_out(
    small_project: Callable[..., SmallProject], rule: str
) -> None:
    text, said = FAULTS[rule]
    found = checked(small_project(toml=given(BY_ID)), text)
    (finding,) = named(found, rule)
    assert (finding.severity, finding.feature.feature_id, finding.feature.community_id) == ("error", "C-R2", "C")
    assert {k: finding.found[k] for k in ("file", *said)} == {"file": "river.csv", **said}
    for language in LANGUAGES:
        assert "river.csv" in finding.message(language)
        assert "{" not in finding.message(language) + finding.action(language)
    assert {c for s in found.systems for c in s.communities} == {"A", "B"}
    assert "C-R2" not in {f.feature.feature_id for f in named(found, "outfall.free_assumed")}
    pipeline.build(found)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("hours,level\n1,98.5\nx,98.6\n", "outfall.series_value"),
        ("0,98.5\n1\n", "outfall.series_value"),
        ("-1,98.5\n1,98.6\n", "outfall.series_hours"),
        ("0,98.5\n2,98.6\n1,98.6\n", "outfall.series_hours"),
        ("0,98.5\n1,nan\n", "outfall.series_value"),
        ("0,6001\n", "outfall.series_bounds"),
        ("", "outfall.series_empty"),
    ],
)
def test_what_no_series_can_be_is_refused(tmp_path: Path, text: str, rule: str) -> None:
    (tmp_path / "river.csv").write_text(text, encoding="utf-8")
    with pytest.raises(LevelFileError) as refused:
        read_level_file(tmp_path / "river.csv", "river.csv")
    assert refused.value.rule == rule


def test_outfalls_are_named_or_meant_by_their_receiver(small_project: Callable[..., SmallProject]) -> None:
    both_ways = BY_RECEIVER + BY_ID.replace("river", "weir")
    project = small_project(toml=given(both_ways))
    (project.folder / "weir.csv").write_text("0.5,98.0\n6,98.2\n", encoding="utf-8")
    found = checked(project)
    # Old combined sewers lead to the rain main too; the one that is named goes by its own file.
    assert levels_of(found, "before") == dict.fromkeys(("A-C2", "B-C2", "C-C2"), (98.5, 99.4))
    river = dict.fromkeys(("A-R2", "B-R2"), (98.5, 99.4))
    assert levels_of(found, "after") == {**river, "C-R2": (98.0, 98.2)}
    taken = {f.feature.feature_id: f.found["file"] for f in named(found, "outfall.series_used")}
    assert taken == {**dict.fromkeys((*river, "A-C2", "B-C2", "C-C2"), "river.csv"), "C-R2": "weir.csv"}
    assert {f.feature.feature_id for f in named(found, "outfall.free_assumed")} == {"A-S2", "B-S2", "C-S2"}


def test_ids_and_receivers_that_there_are_not_are_named(small_project: Callable[..., SmallProject]) -> None:
    toml = BY_ID.replace('"C-R2"', '"C-R2", "C-R9", "C-R1"') + BY_RECEIVER.replace("municipal_storm", "river")
    found = checked(small_project(toml=given(toml)))
    # C-R1 is an inlet.
    assert [f.found["outfall"] for f in named(found, "outfall.series_unknown")] == ["C-R9", "C-R1"]
    assert [f.found["receives"] for f in named(found, "outfall.series_none")] == ["river"]
    assert levels_of(found, "after") == {"C-R2": (98.5, 99.4)}
    assert len(found.systems) == 6
    # A fault of a file that is nobody's is told, and keeps nobody out.
    lost = checked(small_project_again(found, toml.replace('"C-R2", ', "")), None)
    assert "outfall.series_missing" not in {f.rule for f in lost.findings}


def small_project_again(found: Checked, toml: str) -> SmallProject:
    """The same project with other sections."""
    path = found.project.folder / "spongecalc.toml"
    start, _, rest = path.read_text(encoding="utf-8").partition("[[outfall_levels]]")
    path.write_text(start + toml + "[simulation]" + rest.partition("[simulation]")[2], encoding="utf-8")
    return SmallProject(found.project.folder, found.project.folder / "ab.gpkg", found.project.folder / "c.gpkg")


def test_a_level_over_time_counts_before_a_fixed_one(small_project: Callable[..., SmallProject]) -> None:
    change = both(edit("nodes", "C-R2", outfall_level_m=97.0, ground_m=99.2))
    found = checked(small_project(toml=given(BY_ID), second=change))
    (finding,) = named(found, "outfall.series_and_level")
    assert (finding.severity, finding.found["level"]) == ("info", "97.00")
    system = next(s for s in found.systems if s.communities == ("C",) and s.scenario == "after")
    nodes = system.nodes.set_index("node_id")
    assert nodes.at["C-R2", "outfall_level_m"] == 98.5
    assert system.highest_outfall_levels_m.max() == 99.4
    # The outfall's own ground lies 0.2 m below the highest level; the file reaches to the end of the run.
    assert [f.found["over"] for f in named(found, "outfall.series_above_ground")] == ["0.20"]
    assert named(found, "outfall.series_ends") == []


def test_a_file_that_ends_before_the_run_is_named(small_project: Callable[..., SmallProject]) -> None:
    """A storm of 2 h and an hour after it."""
    found = checked(small_project(toml=given(BY_ID)), "0,98.5\n2.9,98.9\n")
    assert [(f.found["last"], f.found["end"]) for f in named(found, "outfall.series_ends")] == [("2.9", "3")]


@pytest.mark.parametrize(
    ("tide", "told"),
    [
        ("0,98.5\n1,100\n", {}),
        ("0,98.5\n1,100.4\n3,98.5\n", {"outfall.series_above_rim": ("100.40", "0.40", "C-R1", 1, "1")}),
        ("0,100.2\n1,100.4\n3,98.5\n", {"outfall.level_above_rim": ("100.20", "0.20", "C-R1", 1, None)}),
    ],
)
def test_a_street_that_the_water_comes_up_on_is_named(
    small_project: Callable[..., SmallProject], tide: str, told: dict[str, object]
) -> None:
    """For a time where the highest level lies above the rim; in dry weather too where the first does."""
    high = edit("nodes", "C-R2", ground_m=102.0)
    found = checked(small_project(toml=given(BY_ID), second=high), tide)
    rules_told = ("outfall.series_above_rim", "outfall.level_above_rim")
    assert {
        f.rule: (*(f.found[k] for k in ("level", "over", "node", "count")), f.found.get("hour"))
        for f in found.findings
        if f.rule in rules_told
    } == told


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (BY_ID + 'receives = "river"\n', "one of outfalls, receives"),
        ('[[outfall_levels]]\nfile = "river.csv"\n', "one of outfalls, receives"),
        (BY_ID + BY_ID, "'C-R2' twice"),
        (BY_ID.replace('"C-R2"', '"C-R2", "C-R2"'), "'C-R2' twice"),
        (BY_RECEIVER + BY_RECEIVER, "'municipal_storm' twice"),
        (BY_RECEIVER.replace("municipal_storm", "reuse"), "river"),
        (BY_ID.replace("river.csv", "../river.csv"), "inside the project's folder"),
    ],
)
def test_sections_that_cannot_be_are_refused(
    small_project: Callable[..., SmallProject], toml: str, said: str
) -> None:
    project = small_project(toml=given(toml))
    with pytest.raises(ProjectError) as refused:
        load_project(project.folder)
    (sentence,) = refused.value.sentences("en")
    assert "outfall_levels" in sentence and said in sentence


def test_the_file_is_an_input(small_project: Callable[..., SmallProject]) -> None:
    """Of the report, which names its digest, and of what makes runs due."""
    project = small_project(toml=given(BY_ID))
    found = checked(project)
    before, state = input_digests(found.project), inputs_state(project.folder)
    (project.folder / "river.csv").touch()
    assert inputs_state(project.folder) == state
    (project.folder / "river.csv").write_text(TIDE.replace("99.4", "99.5"), encoding="utf-8")
    changed = {k for k, digest in input_digests(found.project).items() if digest != before[k]}
    assert changed == {"river.csv"}
    now = inputs_state(project.folder)
    assert state is not None and now is not None
    assert {k for k in now if now[k] != state.get(k)} == {"river.csv"}


def test_each_rule_has_its_severity() -> None:
    severities = {rule: rules()[rule].severity for rule in rules() if rule.startswith("outfall.series_")}
    assert {r for r, s in severities.items() if s == "error"} == set(FAULTS)

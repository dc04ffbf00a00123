"""What scenarios read of the layers, and is not there."""

from __future__ import annotations

from datetime import date

from tests.network.systems import layers_of
from tests.small_project import joined

from spongecalc.layers.rules.scenario_rules import check_scenarios
from spongecalc.project.scenario_settings import DEFAULT_SCENARIOS, Scenario

BEFORE = DEFAULT_SCENARIOS[0]


def found(*scenarios: Scenario, **cells: object) -> list[tuple[str, str, dict[str, object]]]:
    """What is found but for features that stand nowhere, which follows from most faults here."""
    return [t for t in everything(*scenarios, **cells) if t[0] != "scenario.nowhere"]


def everything(*scenarios: Scenario, **cells: object) -> list[tuple[str, str, dict[str, object]]]:
    frames = joined([("A", 0), ("B", 1)])
    frames["communities"]["phase"] = ["1", "2"]
    for column, value in cells.items():
        frames["pipes"][column] = value
    findings = check_scenarios(layers_of(frames), scenarios)
    told = [(f.rule, f.severity, dict(f.found)) for f in findings]
    for finding in check_scenarios(layers_of(frames), scenarios):
        for language in ("zh", "en"):
            assert finding.message(language)
            assert finding.action(language)
    return told


def test_the_default_scenarios_want_nothing() -> None:
    assert found(*DEFAULT_SCENARIOS) == []


def test_a_column_that_nobody_filled_is_an_error() -> None:
    designs = [Scenario(name=n, column="designs") for n in ("design_a", "design_b")]
    ((rule, severity, words),) = found(*designs)
    assert (rule, severity) == ("scenario.column_missing", "error")
    assert words == {"column": "designs", "scenarios": "design_a, design_b"}


def test_a_name_in_the_column_that_is_no_scenario_is_named_once_with_its_count() -> None:
    designs = [Scenario(name=n, column="designs") for n in ("design_a", "design_b")]
    ((rule, severity, words),) = found(*designs, designs="design_a;design_c")
    assert (rule, severity) == ("scenario.name_unknown", "warning")
    assert (words["name"], words["count"], words["layer"]) == ("design_c", 6, "pipes")


def test_a_phase_that_no_feature_has_and_one_that_no_scenario_names() -> None:
    told = found(Scenario(name="none_yet", phases=()), Scenario(name="phase1", phases=("1", "9")))
    assert told[0][:2] == ("scenario.phase_unknown", "warning")
    assert (told[0][2]["phase"], told[0][2]["known"]) == ("9", "1, 2")
    assert {t[0] for t in told[1:]} == {"scenario.phase_unnamed"}
    assert {(t[2]["layer"], t[2]["phase"]) for t in told[1:]} == {
        (layer, "2") for layer in ("nodes", "pipes", "surfaces", "connections")
    }
    # where all that is proposed stands in another scenario nothing is lost
    assert found(DEFAULT_SCENARIOS[1], Scenario(name="phase1", phases=("1",))) == []


def test_a_day_of_laying_without_any_day() -> None:
    by = Scenario(name="may", laid_by=date(2024, 5, 31))
    assert [t[0] for t in found(BEFORE, by, laid=None)] == ["scenario.no_dates"]
    assert found(BEFORE, by, laid="2024-05") == []


def test_features_that_stand_in_no_scenario_are_counted_by_layer() -> None:
    """Of the two communities, with the state before alone: what is proposed; a wrong status is told elsewhere."""
    assert everything(*DEFAULT_SCENARIOS) == []
    told = everything(BEFORE)
    assert {(t[0], t[1]) for t in told} == {("scenario.nowhere", "info")}
    assert {t[2]["layer"]: t[2]["count"] for t in told} == {
        "nodes": 8,
        "pipes": 4,
        "surfaces": 2,
        "connections": 6,
    }
    assert "pipes" not in {t[2]["layer"] for t in everything(BEFORE, status="unknown")}

"""Storms outside of what their formula was fitted to are named; those within are not."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from tests.small_project import SmallProject

from spongecalc.layers.finding import Finding
from spongecalc.layers.rules.rain_rules import check_rain
from spongecalc.project.load import load_project
from spongecalc.rainfall.interval_formula import interval_formula_of
from spongecalc.steps import pipeline
from spongecalc.steps.checked import Checked

STORMS = """
[[storms]]
return_period = "0.5 a"
duration = "2 h"

[[storms]]
return_period = "200 a"
duration = "3 h"
"""
LOCAL = '{{ A = 1226.623, C = 0.958, b = 6.714, n = 0.648, source = "own"{more} }}'


def found(project: SmallProject) -> list[tuple[str, object]]:
    settings = load_project(project.folder).settings
    return [(f.rule, f.found.get("storm")) for f in check_rain(settings)]


def test_durations_and_return_periods_beyond_the_formula(small_project: Callable[..., SmallProject]) -> None:
    project = small_project(toml=lambda t: t + STORMS)
    assert found(project) == [
        ("rainfall.return_period_beyond", "P0.5-120"),
        ("rainfall.duration_beyond", "P200-180"),
        ("rainfall.return_period_beyond", "P200-180"),
        ("rainfall.events_beyond", None),
    ]
    built = pipeline.build(pipeline.check(load_project(project.folder)))
    message = next(f for f in built.findings if f.rule == "rainfall.duration_beyond").message("en")
    assert "180 min" in message
    assert "up to 120 min" in message


def test_a_typed_formula_says_its_own_range(small_project: Callable[..., SmallProject]) -> None:
    wide = LOCAL.format(more=', longest_duration = "24 h", p_from = "0.25 a", p_to = "200 a"')
    project = small_project(toml=lambda t: t.replace('"昆明 (新)"', wide) + STORMS)
    assert found(project) == []


def test_an_interval_formula_holds_for_its_intervals() -> None:
    fitted = interval_formula_of("广州 花都区").fitted
    assert dataclasses.astuple(fitted) == (120.0, 1.0, 100.0)


def with_series(toml: str) -> str:
    """A project's file that names series.csv as its long series."""
    return toml + '\n[sponge]\nseries = "series.csv"\n'


def series_findings(project: SmallProject, rows: str) -> tuple[Checked, list[Finding]]:
    (project.folder / "series.csv").write_text(rows, encoding="utf-8")
    checked = pipeline.check(load_project(project.folder))
    return checked, [f for f in checked.findings if f.rule.startswith("rainfall.series")]


# 5 mm at 03:00 of each of ten days, hourly.
WHOLE = "time,rain_mm\n" + "".join(
    f"2019-06-{d:02d} {h:02d}:00,{5 if h == 3 else 0}\n" for d in range(1, 11) for h in range(24)
)


def test_a_whole_series_has_no_finding(small_project: Callable[..., SmallProject]) -> None:
    checked, findings = series_findings(small_project(toml=with_series), WHOLE)
    assert findings == []
    assert checked.rain is not None
    assert checked.rain.curve.design_mm(80) == pytest.approx(4.0)


def test_lost_readings_are_a_finding_of_every_step(small_project: Callable[..., SmallProject]) -> None:
    rows = WHOLE.replace("2019-06-04 03:00,5", "2019-06-04 03:00,32766").replace("2019-06-07 05:00,0\n", "")
    project = small_project(toml=with_series)
    checked, findings = series_findings(project, rows)
    assert [f.rule for f in findings] == ["rainfall.series_lost"]
    # two hours of 240, on two days; eight whole days are left
    assert "2 of its 240 steps (0.83 %, first 2019-06-04 03:00); 2 days" in findings[0].message("en")
    assert "240" in findings[0].message("zh")
    assert findings[0].feature.file == "series.csv"
    assert len(checked.rain.curve.days_mm) == 8
    built = pipeline.build(checked)
    assert "rainfall.series_lost" in {f.rule for f in built.findings}


def test_a_refused_series_is_an_error_and_not_replaced_in_silence(
    small_project: Callable[..., SmallProject],
) -> None:
    rows = "time,rain_mm\n01/02/2019,5\n01/03/2019,6\n01/04/2019,7\n"
    checked, findings = series_findings(small_project(toml=with_series), rows)
    assert [(f.rule, f.severity) for f in findings] == [("rainfall.series_refused", "error")]
    for language in ("en", "zh"):
        assert 'series = { file = "series.csv", dates = "day_first" }' in findings[0].message(language)
    assert checked.rain is not None
    assert checked.rain.series.generated
    # an error of the series keeps no community from being modelled
    assert checked.excluded == frozenset()
    assert checked.systems

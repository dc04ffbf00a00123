"""Storms outside of what their formula was fitted to are named; those within are not."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from tests.small_project import SmallProject

from spongecalc.layers.finding import Finding
from spongecalc.layers.rules.rain_rules import check_rain
from spongecalc.project.load import ProjectError, load_project
from spongecalc.project.long_rain import LongRain
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
    return [(f.rule, f.found.get("storm")) for f in of_rain(project)]


def of_rain(project: SmallProject) -> list[Finding]:
    settings = load_project(project.folder).settings
    return list(check_rain(settings, LongRain(project.folder, settings).curve))


def test_durations_and_return_periods_beyond_the_formula(small_project: Callable[..., SmallProject]) -> None:
    project = small_project(toml=lambda t: t + STORMS)
    assert found(project) == [
        ("rainfall.return_period_beyond", "P0.5-120"),
        ("rainfall.duration_beyond", "P200-180"),
        ("rainfall.return_period_beyond", "P200-180"),
        ("rainfall.events_beyond", None),
        ("rainfall.sampling_unknown", None),
    ]
    built = pipeline.build(pipeline.check(load_project(project.folder)))
    message = next(f for f in built.findings if f.rule == "rainfall.duration_beyond").message("en")
    assert "180 min" in message
    assert "from 5 to 120 min" in message


def test_a_typed_formula_says_its_own_range(small_project: Callable[..., SmallProject]) -> None:
    wide = LOCAL.format(
        more=', longest_duration = "24 h", p_from = "0.25 a", p_to = "200 a", sampling = "annual_maximum"'
    )
    project = small_project(toml=lambda t: t.replace('"昆明 (新)"', wide) + STORMS)
    assert found(project) == []


def test_an_interval_formula_holds_for_its_intervals() -> None:
    fitted = interval_formula_of("广州 花都区").fitted
    assert dataclasses.astuple(fitted)[:4] == (1, 180, 1, 100)


def typed(project: SmallProject, old: str, new: str) -> SmallProject:
    """The project with a part of its file typed anew."""
    file = project.folder / "spongecalc.toml"
    before = file.read_text(encoding="utf-8")
    assert old in before
    file.write_text(before.replace(old, new), encoding="utf-8")
    return project


def one(project: SmallProject, rule: str) -> Finding:
    return next(f for f in of_rain(project) if f.rule == rule)


def rules(project: SmallProject) -> list[str]:
    return [rule for rule, _ in found(project)]


def test_return_periods_of_annual_maxima_for_a_handbooks_formula(
    small_project: Callable[..., SmallProject],
) -> None:
    project = typed(small_project(), "昆明 (新)", "北京 (旧)")
    finding = one(project, "rainfall.samples_for_maxima")
    # 1 / -ln(1 - 1/3) = 2.466
    assert "3 a = 2.47 a" in finding.message("en")
    assert "年多个样法" in finding.message("zh")
    typed(project, "own_formula", 'return_periods = "multiple_samples"\nown_formula')
    assert "rainfall.samples_for_maxima" not in rules(project)


def test_return_periods_of_samples_for_a_formula_of_annual_maxima(
    small_project: Callable[..., SmallProject],
) -> None:
    project = typed(small_project(), '"昆明 (新)"', LOCAL.format(more=', sampling = "annual_maximum"'))
    assert "rainfall.maxima_for_samples" not in rules(project)
    typed(project, "own_formula", 'return_periods = "multiple_samples"\nown_formula')
    # 1 / (1 - e^(-1/3)) = 3.528
    assert "3 a = 3.53 a" in one(project, "rainfall.maxima_for_samples").message("en")


def test_a_long_formula_for_a_short_storm(small_project: Callable[..., SmallProject]) -> None:
    project = typed(small_project(), "昆明 (新)", "广州 黄埔区 (长历时)")
    assert "from 240 to 1440 min" in one(project, "rainfall.duration_beyond").message("en")


def test_a_general_formula_where_the_paper_has_a_closer_one(small_project: Callable[..., SmallProject]) -> None:
    project = typed(small_project(), "昆明 (新)", "广州 黄埔区")
    # 3 a, 120 min: 8618.173 (1 + 0.542 lg 3) / 154.767^0.844 * 0.72 = 110.8 mm; the paper's table 7-6 has 93.32
    assert "+18 %" in one(project, "rainfall.general_departs").message("en")
    typed(project, "own_formula", 'form = "interval"\nown_formula')
    assert rules(project) == ["rainfall.events_beyond"]


def test_a_typed_formula_that_gives_a_fifth_of_the_rain(small_project: Callable[..., SmallProject]) -> None:
    project = typed(small_project(), '"昆明 (新)"', LOCAL.format(more=""))
    assert "rainfall.formula_implausible" not in rules(project)
    finding = one(typed(project, "1226.623", "245"), "rainfall.formula_implausible")
    for language in ("en", "zh"):
        assert "22.0 mm" in finding.message(language)
        assert "1.25" in finding.action(language)


OWN_TABLE = """
[sponge]
own_table = { city = "峨山", source = "own", points = [POINTS] }
"""
POINTS = '["60 %", "11 mm"], ["70 %", "15 mm"], [80, "21.2 mm"], [85, 25.5]'


def test_a_typed_table_of_design_rainfall_is_the_curve(small_project: Callable[..., SmallProject]) -> None:
    project = small_project(toml=lambda t: t + OWN_TABLE.replace("POINTS", POINTS))
    settings = load_project(project.folder).settings
    curve = LongRain(project.folder, settings).curve
    assert (curve.place, curve.how_known) == ("峨山", "set by the project")
    assert curve.design_mm(80) == pytest.approx(21.2, abs=1e-6)
    assert curve.percent(15) == pytest.approx(70)
    assert not settings.sponge.borrowed
    assert not [rule for rule in rules(project) if rule.startswith("rainfall.ratios")]


def test_a_typed_table_that_cannot_be(small_project: Callable[..., SmallProject]) -> None:
    in_cm = "[60, 1.15], [70, 1.57], [75, 1.85], [80, 2.2], [85, 2.68]"
    project = small_project(toml=lambda t: t + OWN_TABLE.replace("POINTS", in_cm))
    assert "rainfall.ratios_implausible" in rules(project)
    bent = "[60, 11], [70, 20], [80, 21.2], [85, 25.5]"
    assert "between 20 and 21.2 mm" in one(typed(project, in_cm, bent), "rainfall.ratios_bend").message("en")
    with pytest.raises(ProjectError, match="rising"):
        load_project(typed(project, bent, "[60, 11], [70, 10], [80, 12]").folder)


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

"""Storms outside of what their formula was fitted to are named; those within are not."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from tests.small_project import SmallProject

from spongecalc.layers.rules.rain_rules import check_rain
from spongecalc.project.load import load_project
from spongecalc.rainfall.interval_formula import interval_formula_of
from spongecalc.steps import pipeline

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

"""Runs that tell why events and series differ, against the bare engine and rain spread by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.bare_engine import capture_percent
from tests.small_project import SmallProject

from spongecalc.assess.difference_causes import disagreeing
from spongecalc.assess.event_results import EventResults
from spongecalc.batch.runoff_batch import run_tasks
from spongecalc.project.load import load_project
from spongecalc.rainfall.rain_series import RainSeries
from spongecalc.sponge.cause_runs import cause_runs, cause_tasks
from spongecalc.sponge.question import RAIN_STEP_MIN
from spongecalc.steps import pipeline, sponge

EXTRA = '\n[sponge]\ngenerated_years = 1\ndesign_rainfall = "22 mm"\n'


def respread(series: RainSeries, even: bool, shares: tuple[float, ...]) -> RainSeries:
    """Each day's rain in the events' pattern, or even over its own wet hours; hour by hour in loops."""
    depths: dict[pd.Timestamp, float] = {}
    for day, hours in series.depth_mm.groupby(series.depth_mm.index.normalize()):
        total, wet = float(hours.sum()), hours[hours > 0].index
        if even:
            depths |= {hour: total / len(wet) for hour in wet}
            continue
        for n, share in enumerate(shares):
            depths[day + pd.Timedelta(minutes=RAIN_STEP_MIN * n)] = total * share / sum(shares)
    step = series.step_min if even else float(RAIN_STEP_MIN)
    return RainSeries(pd.Series(depths), step, "by hand")


def test_the_runs_are_those_of_the_bare_engine(
    small_project: Callable[..., SmallProject], tmp_path: Path
) -> None:
    project = load_project(small_project(toml=lambda t: t + EXTRA).folder)
    question = sponge.asked(pipeline.build(pipeline.check(project)))
    site = next(s for s in question.sites if s.scenario == "before")
    results = run_tasks(cause_tasks((site,), question), processes=1, time_limit_s=300)
    found = cause_runs((site,), results)[site.community_id, site.scenario]
    evaporation = question.climate.evaporation_mm_d
    runs = {
        "series_still": (False, (0.0,) * 12),
        "series_days": (False, evaporation),
        "series_even": (True, evaporation),
    }
    for name, (even, evaporating) in runs.items():
        place = tmp_path / name
        place.mkdir()
        rain = respread(question.series, even, question.day_shares)
        assert getattr(found, name) == pytest.approx(
            capture_percent(site.areas, rain, evaporating, place), abs=0.4
        )
    # evaporation keeps more of the series, and next to nothing more of an event
    assert found.series_days > found.series_still + 2
    assert (found.ready_mm <= found.still_mm + 0.01).all()
    assert np.abs(found.ready_mm - found.still_mm).max() < 0.5


def test_they_are_run_where_the_ways_differ_and_split_the_rest(
    small_project: Callable[..., SmallProject], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project = load_project(small_project(toml=lambda t: t + EXTRA).folder)
    question = sponge.asked(pipeline.build(pipeline.check(project)))
    kept = sponge.run_continuous(question, tmp_path / "kept.json", 1)
    asked: list[list[str]] = []

    def first_only(events: EventResults, *args: object) -> list:
        asked.append([s.community_id for s in disagreeing(events, *args)])
        return [s for s in events.portion.sites if s.community_id == "A"]

    monkeypatch.setattr(sponge, "disagreeing", first_only)
    found, _ = sponge.sponge_performance(question, kept, 1)
    ways = found.ways.set_index(["community_id", "scenario"])
    apart = ways[ways["ways_differ_percent"] > 5].reset_index()["community_id"].tolist()
    assert asked == [apart]
    causes = found.differences.set_index(["community_id", "scenario", "ways"])
    split = causes.loc[("A", "after", "events_to_series")].set_index("difference_cause")["points"]
    assert set(split.index) == {
        "other_rain",
        "tanks_over_days",
        "days_on_wet_ground",
        "evaporation_between",
        "dry_spells",
        "intensities",
    }
    difference = ways["capture_continuous_percent"] - ways["capture_event_percent"]
    assert split.sum() == pytest.approx(difference["A", "after"], abs=0.01)
    whole = causes.loc[("A", "after", "volume_to_events"), "points"].sum()
    first = ways["capture_event_percent"] - ways["capture_volume_percent"]
    assert whole == pytest.approx(first["A", "after"], abs=0.5)
    other = causes.loc[("B", "after", "events_to_series")]["difference_cause"].tolist()
    assert "spells_and_wet_ground" in other

"""The three ways on a small project: joined, bounded, and kept apart by digest."""

from __future__ import annotations

import dataclasses
import math
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.conftest import WholeRun
from tests.small_project import SmallProject

from spongecalc.assess.continuous import read_continuous
from spongecalc.assess.performance_tables import EventResults, performance_notes
from spongecalc.project.load import load_project
from spongecalc.sponge.event_response import annual_capture_percent
from spongecalc.sponge.question import Portion
from spongecalc.steps import pipeline, sponge
from spongecalc.swmm.runoff_only import runoff_text


def test_the_years_capture_from_events_against_a_sum_over_days() -> None:
    days = np.random.RandomState(3).gamma(0.6, 15, 4000)
    depths, runoff = [5.0, 20.0, 60.0], [1.0, 9.0, 40.0]

    def curve(mm: float) -> float:
        return 100 * float(np.minimum(days, mm).sum() / days.sum())

    slope = (40.0 - 9.0) / 40.0
    by_day = np.where(days > 60, 40.0 + slope * (days - 60), np.interp(days, [0.0, *depths], [0.0, *runoff]))
    expected = 100 * (1 - by_day.sum() / days.sum())
    assert annual_capture_percent(depths, runoff, curve) == pytest.approx(expected)


def test_three_ways_side_by_side(small_project: Callable[..., SmallProject]) -> None:
    extra = '\n[sponge]\ntarget = "45 %"\ngenerated_years = 1\n'
    project = load_project(small_project(toml=lambda t: t + extra).folder)
    built = pipeline.build(pipeline.check(project))
    question = sponge.asked(project, built.checked.systems, built.models)
    found, _ = sponge.sponge_performance(question, None, 1)
    assert found.continuous is None
    assert not found.failed
    for _, own in found.ways.groupby("community_id"):
        assert own["scenario"].tolist() == ["before", "after"]
        for row in own.itertuples():
            low, middle, high = (getattr(row, f"capture_event{end}_percent") for end in ("_low", "", "_high"))
            assert 0 < low <= middle <= high < 100
        # before there is no facility, after permeable paving: its share of what is kept, at 85 %
        removed_before, removed_after = own["solids_removal_percent"]
        assert removed_before == 0
        assert 0 < removed_after < 0.85 * own["capture_event_percent"].iloc[1]
        before, after = own["capture_event_percent"]
        assert after > before
    path = sponge.continuous_path(project)
    result = sponge.run_continuous(question, path, 1)
    assert set(result.capture_percent) == {(c, s) for c in "ABC" for s in ("before", "after")}
    kept = read_continuous(path)
    joined, _ = sponge.sponge_performance(question, kept, 1)
    assert joined.continuous is not None
    assert joined.ways["capture_continuous_percent"].notna().all()
    # one community alone finds its own; another rain finds nothing
    alone = pipeline.build(pipeline.check(project, ["A"]))
    part, _ = sponge.sponge_performance(sponge.asked(project, alone.checked.systems, alone.models), kept, 1)
    assert part.continuous is not None
    assert not part.continuous_stale
    other = dataclasses.replace(
        project,
        settings=project.settings.model_copy(
            update={"sponge": project.settings.sponge.model_copy(update={"generated_seed": 9})}
        ),
    )
    stale, _ = sponge.sponge_performance(sponge.asked(other, built.checked.systems, built.models), kept, 1)
    assert stale.continuous_stale
    assert stale.continuous is None
    assert all(math.isnan(v) for v in stale.ways["capture_continuous_percent"])
    assert len(question.sites) == 6


def test_communities_in_portions_find_what_they_find_together(
    whole_run: WholeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = whole_run.built
    question = sponge.asked(built.checked.project, built.checked.systems, built.models)
    together, _ = sponge.sponge_performance(question, None, 1)
    assert [len(some.sites) for some in question.portions(3)] == [6]
    monkeypatch.setattr(sponge, "COMMUNITIES_AT_A_TIME", 2)
    of_portions = [sorted({s.community_id for s in some.sites}) for some in question.portions(2)]
    assert of_portions == [["A", "B"], ["C"]]
    results: list[weakref.ref] = []
    run_events = sponge.run_events

    def watched(*args: Any) -> EventResults:
        # What came of one portion is gone before the next is run.
        assert not any(earlier() for earlier in results)
        found = run_events(*args)
        results.append(weakref.ref(found))
        return found

    monkeypatch.setattr(sponge, "run_events", watched)
    apart, _ = sponge.sponge_performance(question, None, 1)
    assert len(results) == 2
    for name in ("ways", "life", "ranges", "facilities"):
        pd.testing.assert_frame_equal(getattr(apart, name), getattr(together, name))
    assert apart.communities.keys() == together.communities.keys()


def test_the_failures_of_every_portion_are_kept(whole_run: WholeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    built = whole_run.built
    monkeypatch.setattr(sponge, "COMMUNITIES_AT_A_TIME", 1)
    run_events = sponge.run_events

    def failing(portion: Portion, *args: Any) -> EventResults:
        lost = (portion.sites[0].community_id, portion.sites[0].scenario, "taken")
        found = run_events(portion, *args)
        left = {key: of for key, of in found.volumes.items() if key != lost}
        return dataclasses.replace(found, volumes=left, failed={lost: "refused"})

    monkeypatch.setattr(sponge, "run_events", failing)
    question = sponge.asked(built.checked.project, built.checked.systems, built.models)
    found, _ = sponge.sponge_performance(question, None, 1)
    assert set(found.failed) == {(c, "before", "taken") for c in "ABC"}
    before = found.ways["scenario"] == "before"
    assert found.ways.loc[before, "capture_event_percent"].isna().all()
    assert found.ways.loc[~before, "capture_event_percent"].notna().all()


def test_events_fall_in_the_wettest_month_and_dry_only_when_it_is_dry(
    small_project: Callable[..., SmallProject],
) -> None:
    extra = "\n[sponge]\ngenerated_years = 2\n"
    project = load_project(small_project(toml=lambda t: t + extra).folder)
    built = pipeline.build(pipeline.check(project))
    question = sponge.asked(project, built.checked.systems, built.models)
    assert question.wet_month == 8
    task = question.events
    assert task.rain.start.month == 8
    text = runoff_text((), task.settings, task.rain, task.climate)
    assert "DRY_ONLY YES" in " ".join(text.split())
    found, _ = sponge.sponge_performance(question, None, 1)
    assert ("note_events", {"month": 8, "evaporation": "3.5"}) in performance_notes(found, project.settings)
    wet = dataclasses.replace(
        project,
        settings=project.settings.model_copy(
            update={"sponge": project.settings.sponge.model_copy(update={"evaporation_in_rain": True})}
        ),
    )
    asked = sponge.asked(wet, built.checked.systems, built.models)
    assert not asked.events.climate.dry_only
    more, _ = sponge.sponge_performance(asked, None, 1)
    # a day of rain in which 3.5 mm evaporate all the same
    assert (more.ways["capture_event_percent"] > found.ways["capture_event_percent"] + 2).all()
    assert "note_events_evaporating" in [key for key, _ in performance_notes(more, wet.settings)]

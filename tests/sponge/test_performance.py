"""The three ways on a small project: joined, bounded, and kept apart by digest."""

from __future__ import annotations

import dataclasses
import math
import weakref
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from swmm.toolkit import solver
from tests.conftest import WholeRun
from tests.small_project import SmallProject

from spongecalc.assess.continuous import read_continuous, write_continuous
from spongecalc.assess.event_results import EventResults
from spongecalc.assess.performance_notes import performance_notes
from spongecalc.batch.runoff_batch import RunoffTask, run_task
from spongecalc.project.load import load_project
from spongecalc.project.long_rain import LongRain
from spongecalc.project.settings import Settings, SurfaceSettings
from spongecalc.rainfall.generated_series import climate_of, generated_series
from spongecalc.rainfall.read_series import swmm_rain_lines
from spongecalc.sponge.event_response import annual_capture_percent
from spongecalc.sponge.question import DRY_STEP_S, WET_STEP_S, Portion
from spongecalc.steps import pipeline, sponge
from spongecalc.steps.built import Built
from spongecalc.surfaces.cover_mix import CoverMix
from spongecalc.surfaces.subcatchment import Subcatchment
from spongecalc.swmm.runoff_only import Ground, RainInput, RunoffClimate, runoff_text
from spongecalc.swmm.runoff_volumes import left_m3


def with_settings(built: Built, settings: Settings) -> Built:
    """The same models asked with other settings of the rain."""
    return dataclasses.replace(built, rain=LongRain(built.checked.project.folder, settings))


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
    question = sponge.asked(built)
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
    # the series is the headline, and what makes the ways differ sums to their difference
    ways = joined.ways.set_index(["community_id", "scenario"])
    pd.testing.assert_series_equal(ways["capture_percent"], ways["capture_continuous_percent"], check_names=False)
    moved = ways["capture_low_percent"] - ways["capture_percent"]
    by_events = ways["capture_event_low_percent"] - ways["capture_event_percent"]
    assert moved.to_numpy() == pytest.approx(by_events.to_numpy())
    sums = joined.differences.groupby(["community_id", "scenario", "ways"])["points"].sum().unstack()
    whole = ways["capture_event_percent"] - ways["capture_volume_percent"]
    assert (sums["volume_to_events"] - whole).abs().max() < 0.5
    rest = ways["capture_continuous_percent"] - ways["capture_event_percent"]
    assert (sums["events_to_series"] - rest).abs().max() < 1e-9
    # one community alone finds its own; another rain finds nothing
    alone = pipeline.build(pipeline.check(project, ["A"]))
    part, _ = sponge.sponge_performance(sponge.asked(alone), kept, 1)
    assert part.continuous is not None
    assert not part.continuous_stale
    other = dataclasses.replace(
        project,
        settings=project.settings.model_copy(
            update={"sponge": project.settings.sponge.model_copy(update={"generated_seed": 9})}
        ),
    )
    stale, _ = sponge.sponge_performance(sponge.asked(with_settings(built, other.settings)), kept, 1)
    assert stale.continuous_stale
    assert stale.continuous is None
    assert all(math.isnan(v) for v in stale.ways["capture_continuous_percent"])
    assert len(question.sites) == 6


def test_communities_in_portions_find_what_they_find_together(
    whole_run: WholeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = whole_run.built
    question = sponge.asked(built)
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
    question = sponge.asked(built)
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
    question = sponge.asked(built)
    assert question.wet_month == 8
    task = question.events[0]
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
    asked = sponge.asked(with_settings(built, wet.settings))
    assert not asked.climate.dry_only
    more, _ = sponge.sponge_performance(asked, None, 1)
    # a day of rain in which 3.5 mm evaporate all the same
    assert (more.ways["capture_event_percent"] > found.ways["capture_event_percent"] + 2).all()
    assert "note_events_evaporating" in [key for key, _ in performance_notes(more, wet.settings)]


def test_the_series_is_run_once_and_only_where_something_changed(
    small_project: Callable[..., SmallProject], monkeypatch: pytest.MonkeyPatch
) -> None:
    extra = "\n[sponge]\ngenerated_years = 1\n"
    project = load_project(small_project(toml=lambda t: t + extra).folder)
    built = pipeline.build(pipeline.check(project))
    question = sponge.asked(built)
    path = sponge.continuous_path(project)
    runs: list[list[str]] = []
    run_task = sponge.run_task

    def watched(task: Any, **options: Any) -> Any:
        runs.append(sorted({g.key[0] for g in task.grounds}))
        return run_task(task, **options)

    monkeypatch.setattr(sponge, "run_task", watched)
    first = sponge.current_continuous(question, path, 1)
    assert first is not None
    assert runs == [["A", "B", "C"]]
    again = sponge.current_continuous(question, path, 1)
    assert again is not None
    assert len(runs) == 1
    assert again.capture_percent == first.capture_percent
    # one community's result is gone: it alone is run, the others stay
    left = {key: digest for key, digest in again.digests.items() if key[0] != "B"}
    write_continuous(dataclasses.replace(again, digests=left), path)
    third = sponge.current_continuous(question, path, 1)
    assert runs[1:] == [["B"]]
    assert third is not None
    assert third.capture_percent == first.capture_percent
    # closed paving lies below new paving, and only the last scenario has any
    assert {key[1] for key in third.closed_percent} == {"after"}
    assert all(third.closed_percent[key] < third.capture_percent[key] for key in third.closed_percent)
    # a project may do without
    without = project.settings.sponge.model_copy(update={"continuous": False})
    assert sponge.current_continuous(dataclasses.replace(question, sponge=without), path / "none", 1) is None
    assert len(runs) == 2
    # what cannot be kept costs the next call its time, but who asked for it alone is told that it is not there
    (path.parent / "full").write_text("a file where a folder should be", encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(sponge, "run_task", lambda *_, **__: ({}, {}))
        assert sponge.current_continuous(question, path.parent / "full" / path.name, 1) is not None
        with pytest.raises(OSError):
            sponge.run_continuous(question, path.parent / "full" / path.name, 1)
    # a ground that the system, or somebody who killed a worker, kept from being run is run again
    for number, why in enumerate(
        ("system OSError: [Errno 24] Too many open files: 'a'", "killed -9", "raised X")
    ):
        write_continuous(dataclasses.replace(third, failed={("C", "after"): why}), path)
        sponge.current_continuous(question, path, 1)
        assert runs[2:] == [["C"]] * min(number + 1, 2)
    # damage that leaves a document which can be read is seen
    content = path.read_bytes()
    at = content.index(b'"rain_mm": ') + len(b'"rain_mm": ')
    path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    assert read_continuous(path) is None


BARE = """[OPTIONS]
FLOW_UNITS LPS
INFILTRATION HORTON
FLOW_ROUTING KINWAVE
IGNORE_ROUTING YES
START_DATE 01/01/2001
START_TIME 00:00:00
REPORT_START_DATE 01/01/2001
REPORT_START_TIME 00:00:00
END_DATE 01/01/2002
END_TIME 00:00:00
DRY_DAYS 7
WET_STEP 00:00:15
DRY_STEP 00:05:00
ROUTING_STEP 15
REPORT_STEP 24:00:00
[EVAPORATION]
MONTHLY {evaporation}
DRY_ONLY YES
[RAINGAGES]
R VOLUME 1:00 1.0 FILE "{rain}" R MM
[SUBCATCHMENTS]
S R O 0.05 60 25 1 0
[SUBAREAS]
S 0.013 0.15 1.5 5 0 OUTLET
[INFILTRATION]
S 50 3 4 7 0
[OUTFALLS]
O 0 FREE
[REPORT]
SUBCATCHMENTS NONE
"""


def test_capture_over_the_series_against_the_bare_engine_at_small_steps(tmp_path: Path) -> None:
    climate = climate_of("昆明")
    series = generated_series(climate, 1, 3)
    rain = tmp_path / "rain.dat"
    rows = [f"R {t.year} {t.month} {t.day} {t.hour} 0 {mm:.2f}" for t, mm in series.depth_mm.items() if mm > 0]
    rain.write_text("\n".join(rows) + "\n")
    evaporation = " ".join(f"{v:g}" for v in climate.evaporation_mm_d)
    inp = tmp_path / "bare.inp"
    inp.write_text(BARE.format(evaporation=evaporation, rain=rain))
    solver.swmm_run(str(inp), str(tmp_path / "bare.rpt"), str(tmp_path / "bare.out"))
    report = (tmp_path / "bare.rpt").read_text()

    def total_mm(name: str) -> float:
        return float(next(row for row in report.splitlines() if name in row).split()[-1])

    bare = 100 * (1 - total_mm("Surface Runoff") / total_mm("Total Precipitation"))
    ground = CoverMix(500, 60, 0.013, 0.15, 1.5, 5, 50, 3, 4, 7)
    area = Subcatchment("ground", "nodes", "N", "A", "N", 500, 25, 1, ground, {}, {}, shapely.Point(0, 0))
    task = RunoffTask(
        (Ground(("A",), (area,)),),
        SurfaceSettings(),
        RainInput(60, 24.0 * 365, lines=tuple(swmm_rain_lines(series, "RAIN")), start=datetime(2001, 1, 1)),
        RunoffClimate(climate.evaporation_mm_d, WET_STEP_S, DRY_STEP_S),
        (365 * 86400,),
    )
    done, failed = run_task(task, processes=1, time_limit_s=120)
    assert not failed
    volumes = done["A",].volumes
    capture = 100 * (1 - left_m3(volumes, (area,)).sum() / volumes.rain_m3[-1].sum())
    assert capture == pytest.approx(bare, abs=0.15)
    # by SWMM's own sum at these steps it would be off
    assert 100 * (1 - volumes.runoff_m3[-1].sum() / volumes.rain_m3[-1].sum()) < bare - 0.15

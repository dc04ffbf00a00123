"""The ground as the series leaves it before rain, and how the events begin with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from tests.small_project import SmallProject

from spongecalc.assess.continuous import read_continuous
from spongecalc.assess.initial_states import ground_rows
from spongecalc.batch.runoff_batch import GroundVolumes
from spongecalc.project.load import load_project
from spongecalc.project.sponge_settings import SpongeSettings
from spongecalc.sponge.event_chain import EventChain, chained
from spongecalc.sponge.event_runs import DEPTH_RATIOS
from spongecalc.sponge.ground_states import given_states
from spongecalc.steps import pipeline, sponge
from spongecalc.swmm.ground_state import READY, GroundState
from spongecalc.swmm.runoff_only import runoff_text
from spongecalc.swmm.runoff_volumes import RunoffVolumes

ONE_YEAR = '\n[sponge]\ngenerated_years = 1\ndesign_rainfall = "22 mm"\n'


def test_the_events_begin_as_the_run_over_the_series_leaves_the_ground(
    small_project: Callable[..., SmallProject],
) -> None:
    project = load_project(small_project(toml=lambda t: t + ONE_YEAR).folder)
    built = pipeline.build(pipeline.check(project))
    question = sponge.asked(built)
    path = sponge.continuous_path(project)
    found = sponge.run_continuous(question, path, 1)
    site = next(s for s in question.sites if s.scenario == "after" and s.paved_m2 > 0)
    key = (site.community_id, site.scenario)
    # Days nearest to the design rainfall, counted apart from the product; the first of the series leaves nothing.
    daily = question.series.depth_mm.resample("D").sum().to_numpy()
    nearest = np.abs(daily[:, None] - 22 * np.array(DEPTH_RATIOS)).argmin(axis=1)
    days = int(((nearest == DEPTH_RATIOS.index(1.0)) & (daily >= 2)).sum()) - int(
        nearest[0] == 3 and daily[0] >= 2
    )
    soil = next(s for s in found.ground[key].stores if s.store == "soil" and s.ratio == 1.0)
    assert soil.days == days > 0
    assert 0.2 < soil.mean < 1
    assert soil.least <= soil.mean <= soil.most
    kept = read_continuous(path)
    assert kept is not None
    assert kept.ground == found.ground
    # and the model of the event says so
    (portion,) = question.portions(9, kept.ground)
    number = DEPTH_RATIOS.index(1.0)
    ground = next(g for g in portion.events[number].grounds if g.key == (*key, "taken"))
    assert ground.states == found.ground[key].areas[1.0]
    text = runoff_text((ground,), question.events[0].settings, question.events[number].rain, question.climate)
    section = text.split("[INFILTRATION]")[1].split("[")[0].splitlines()
    stated = [float(row.split()[1]) for row in section if row.startswith("G0_")]
    by_hand = [
        a.mix.fmin_mm_h + s.recovered * (a.mix.f0_mm_h - a.mix.fmin_mm_h)
        for a, s in zip(site.areas, ground.states, strict=True)
    ]
    assert stated == pytest.approx(by_hand, abs=0.006)
    # wetter ground keeps less
    begun, _ = sponge.sponge_performance(question, kept, 1)
    ready, _ = sponge.sponge_performance(question, replace(kept, ground={}), 1)
    of = [p.ways.set_index(["community_id", "scenario"])["capture_event_percent"] for p in (begun, ready)]
    assert (of[0] < of[1]).all()
    rows = [r for r in begun.states if r["community_id"] == key[0] and r["scenario"] == "after"]
    assert {r["state_source"] for r in rows} == {"continuous"}
    assert {r["state_source"] for r in ready.states} == {"empty"}


def test_what_the_project_says_itself_comes_first(small_project: Callable[..., SmallProject]) -> None:
    said = ONE_YEAR + 'initial_soil_recovered = "55 %"\ninitial_base_filled = "10 %"\n'
    built = pipeline.build(pipeline.check(load_project(small_project(toml=lambda t: t + said).folder)))
    question = sponge.asked(built)
    site = next(s for s in question.sites if s.scenario == "after" and s.paved_m2 > 0)
    run = [GroundState(0.3, 0.2) for _ in site.areas]
    assert set(given_states(site, question.sponge, run)) == {GroundState(0.55, 0.1)}
    assert set(given_states(site, SpongeSettings(), run)) == {GroundState(0.3, 0.2)}
    assert set(given_states(site, SpongeSettings(initial="empty"), run)) == {READY}
    assert set(given_states(site, SpongeSettings(), None)) == {READY}
    rows = ground_rows(site, None, 22.0, question.sponge)
    soil = [r["free_percent"] for r in rows if r["store"] == "soil"]
    base = [r["free_percent"] for r in rows if r["store"] == "paving_base"]
    assert soil == [55.0] * len(DEPTH_RATIOS)
    assert base == [90.0] * len(DEPTH_RATIOS)
    assert {r["state_source"] for r in rows} == {"given"}
    # storms too: the model's paving begins a tenth full
    model = next(m for m in built.models if m.scenario == "after" and site.community_id in m.communities)
    paving = [r for r in model.sections["LID_USAGE"] if r[1].startswith("PAVING")]
    assert {r[5] for r in paving} == {"10.00"}


def test_events_run_apart_are_one_chain() -> None:
    def volumes(*gathered: float) -> GroundVolumes:
        rows = np.array(gathered)[:, None]
        return GroundVolumes(RunoffVolumes(2 * rows, rows, rows, rows, 0.1 * len(gathered)))

    first, second = {("A",): volumes(3.0), ("B",): volumes(1.0)}, {("A",): volumes(1.0, 4.0)}
    done, failed = chained([(first, {}), (second, {("B",): "refused"})])
    assert failed == {("B",): "refused"}
    assert list(done) == [("A",)]
    assert done["A",].volumes.runoff_m3.ravel().tolist() == [3.0, 4.0, 7.0]
    assert done["A",].volumes.rain_m3.ravel().tolist() == [6.0, 8.0, 14.0]
    assert done["A",].volumes.continuity_percent == 0.2


def test_the_marks_of_a_chain(small_project: Callable[..., SmallProject]) -> None:
    built = pipeline.build(pipeline.check(load_project(small_project(toml=lambda t: t + ONE_YEAR).folder)))
    question = sponge.asked(built)
    chain = EventChain.of(question.events)
    five = 5 * 86400
    assert [chain.marks_s[e] for e in chain.ends] == [five * (n + 1) for n in range(6)]
    assert list(chain.marks_s) == sorted(set(chain.marks_s))

"""Sets of a sweep share what they have in common of a model, and get what a building of each would give."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import BaseModel
from tests.conftest import WholeRun
from tests.small_project import write_small_project
from tests.sweep.test_sweep import drained

from spongecalc.batch.pool import Job, Outcome
from spongecalc.project.design_storms import design_storms
from spongecalc.project.load import Project, load_project
from spongecalc.project.long_rain import LongRain
from spongecalc.project.settings import Settings
from spongecalc.project.sweep_settings import SweepSettings
from spongecalc.steps import pipeline
from spongecalc.steps.checked import Checked
from spongecalc.sweep import plan
from spongecalc.sweep.error import SweepError
from spongecalc.sweep.parameter_sets import parameter_sets
from spongecalc.sweep.parameters import CHANGES, changed_model, changed_settings, changed_system
from spongecalc.sweep.plan import plan_sweep
from spongecalc.sweep.shared_models import TURNS_ON, SystemModels
from spongecalc.swmm.event import storm_event
from spongecalc.swmm.model import build_model

# Every factor, and a setting of each section, with two values that are not the project's.
VALUES: dict[str, list[float | str]] = {
    **{key: [0.8, 1.3] for key in CHANGES if key.startswith("factor.")},
    **{key: [0.4, 1.2] for key in CHANGES if key.startswith("rise.")},
    "rainfall.peak_ratio": [0.3, 0.5],
    "simulation.routing_step": [1.0, 3.0],
    "sewage.quota": [90.0, 200.0],
    "surfaces.covers.green.f0_mm_h": [40.0, 90.0],
    "surfaces.covers.roof.manning_n": [0.011, 0.02],
    # Without any storage, sealed ground has a store of its own, as water has, and is a subcatchment by itself.
    "surfaces.covers.concrete.depression_storage_mm": [2.0, 0.0],
    "surfaces.default_slope_percent": [0.7, 2.0],
    "surfaces.roof_slope_percent": [1.0, 3.0],
    "surfaces.uncovered": ["green", "bare_soil"],
    "inlets.lead_diameter": [150.0, 300.0],
    "tanks.depth": [1.0, 2.0],
    "basins.depth": [1.0, 2.0],
}


@pytest.fixture(scope="module")
def with_tank(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """The small project with a rain tank, a green roof and drained paving."""
    extra = '\n[layers.facilities]\nsource = "ab.gpkg"\nlayer = "facilities"\n'
    folder = tmp_path_factory.mktemp("tank") / "project"
    return pipeline.check(
        load_project(write_small_project(folder, first=drained, toml=lambda t: t + extra).folder)
    )


@pytest.mark.parametrize("key", VALUES)
def test_a_set_has_the_bytes_that_its_own_building_gives(key: str, whole_run: WholeRun, tmp_path: Path) -> None:
    """Sets in which the key and another one change, each after sets that leave other parts behind."""
    checked = whole_run.built.checked
    other = "factor.roughness" if key != "factor.roughness" else "sewage.quota"
    different = texts_of(checked, {key: VALUES[key], other: VALUES[other]}, tmp_path)
    # A value that changed nothing would say nothing of what is shared.
    if not key.startswith(("tanks", "basins", "surfaces.uncovered", "inlets", "surfaces.default", "factor.perm")):
        assert len(different) > 3 * len(checked.systems)


def test_a_tank_begins_as_its_own_roofs_and_days_leave_it(with_tank: Checked, tmp_path: Path) -> None:
    values: dict[str, list[float | str]] = {
        "surfaces.covers.roof.depression_storage_mm": [1.0, 3.0],
        "surfaces.covers.green.f0_mm_h": [40.0, 90.0],
        "tanks.depth": [1.0, 2.0],
    }
    assert len(texts_of(with_tank, values, tmp_path)) > 4 * len(with_tank.systems)


def texts_of(checked: Checked, values: dict[str, list[float | str]], tmp_path: Path) -> set[str]:
    """The different input files of a sweep, each compared with that of a building of its set by itself."""
    settings = checked.project.settings
    sweep = SweepSettings.model_validate({"name": "s", "values": values})
    project = Project(tmp_path, settings)
    planned = plan_sweep(sweep, project, checked.systems)
    texts = {run.run_id: run.text for run in planned.runs}
    told = {(p.parameters.name, p.model, p.scenario): texts[p.run_id] for p in planned.points}
    different = set()
    for parameters in parameter_sets(sweep, settings, tmp_path):
        own = changed_settings(settings, "s", parameters.values)
        rain = LongRain(tmp_path, own)
        (storm,) = design_storms(own)
        for system in checked.systems:
            by_itself = replace(changed_system(system, parameters.values), catalogue=own.catalogue)
            model = changed_model(build_model(by_itself, own, (storm,), rain), parameters.values)
            text = model.text(storm_event(storm, own.simulation))
            assert told[parameters.name, system.model, system.scenario] == text, parameters.values
            different.add(text)
    return different


def test_the_ground_is_made_once_for_all_sets_that_leave_it_alone(whole_run: WholeRun) -> None:
    checked = whole_run.built.checked
    settings = checked.project.settings
    models = SystemModels(checked.systems[0])
    rain = LongRain(Path(), settings)
    values = [
        {"sewage.quota": 90.0},
        {"factor.roughness": 1.2},
        {"factor.sediment": 2.0, "factor.residents": 1.5},
        {"rise.outfall_level": 0.5},
        {"surfaces.covers.green.f0_mm_h": 40.0},
    ]
    for own in ({}, *values, *values):
        models.model(own, changed_settings(settings, "s", own), rain)
    made = models.parts.made
    community = checked.systems[0].communities[0]
    assert {name: made[name] for name in ("terrain", f"ground:{community}", f"ways:{community}", "map")} == {
        "terrain": 1,
        f"ground:{community}": 1,
        f"ways:{community}": 1,
        "map": 1,
    }
    assert made["links"] == 1
    assert made["sewage"] == 3
    assert made["areas"] == 2


def test_every_part_says_what_it_turns_on(with_tank: Checked) -> None:
    checked = with_tank
    made: set[str] = set()
    for system in checked.systems:
        models = SystemModels(system)
        models.model({}, checked.project.settings, LongRain(Path(), checked.project.settings))
        made |= {name.partition(":")[0] for name in models.parts.made}
    assert made == set(TURNS_ON)


def test_values_of_covers_leave_what_is_drawn(whole_run: WholeRun) -> None:
    checked = whole_run.built.checked
    settings = checked.project.settings
    models = SystemModels(checked.systems[0])
    rain = LongRain(Path(), settings)
    for f0_mm_h in (40.0, 50.0, 60.0):
        own = {"surfaces.covers.green.f0_mm_h": f0_mm_h}
        models.model(own, changed_settings(settings, "s", own), rain)
    community = checked.systems[0].communities[0]
    drawn = {name: models.parts.made[f"{name}:{community}"] for name in ("drawn", "roofs", "facilities")}
    assert drawn == {"drawn": 1, "roofs": 1, "facilities": 1}
    assert models.parts.made["areas"] == 3


def all_killed(jobs: Sequence[Job], **_: object) -> Iterator[tuple[int, Outcome]]:
    """What a pool tells whose workers somebody ends, whatever they are given."""
    yield from ((number, Outcome(job.key, "failed", reason="killed")) for number, job in enumerate(jobs))


@pytest.mark.parametrize("lost", [False, True])
def test_sets_made_side_by_side_are_those_made_one_after_the_other(
    lost: bool, whole_run: WholeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a worker is ended by somebody: its sets are made by the caller then."""
    checked = whole_run.built.checked
    sweep = SweepSettings.model_validate({"name": "s", "values": {"sewage.quota": [90.0, 110.0, 130.0, 150.0]}})
    project = Project(tmp_path, checked.project.settings)
    alone = plan_sweep(sweep, project, checked.systems)
    monkeypatch.setattr(plan, "AT_A_TIME", 2)
    if lost:
        monkeypatch.setattr(plan, "finished", all_killed)
    told: list[tuple[int, int]] = []
    made = plan_sweep(sweep, project, checked.systems, lambda *count: told.append(count), processes=2)
    told_of = [
        [(p.parameters, p.model, p.scenario, p.storm.storm_id, p.run_id, p.tanks, p.reuse) for p in of.points]
        for of in (made, alone)
    ]
    assert told_of[0] == told_of[1]
    assert [(run.run_id, run.key, run.text) for run in made.runs] == [
        (run.run_id, run.key, run.text) for run in alone.runs
    ]
    assert told[-1] == (5 * len(checked.systems), 5 * len(checked.systems))
    assert len(told) == 3


def test_sections_that_a_set_leaves_are_not_read_again(whole_run: WholeRun) -> None:
    """Two thousand sets are two thousand settings: what a set does not change is the very same section."""
    settings = whole_run.built.checked.project.settings
    changed = changed_settings(settings, "s", {"sewage.quota": 90.0})
    kept = [n for n in type(settings).model_fields if isinstance(getattr(settings, n), BaseModel)]
    assert {n for n in kept if getattr(changed, n) is not getattr(settings, n)} == {"sewage"}
    document = settings.model_dump()
    document["sewage"]["quota_l_d"] = 90.0
    assert changed.model_dump() == Settings.model_validate(document).model_dump()


def test_a_set_is_still_checked_against_the_sections_that_it_leaves(whole_run: WholeRun) -> None:
    settings = whole_run.built.checked.project.settings
    with pytest.raises(SweepError, match=r"sewage|quota"):
        changed_settings(settings, "s", {"sewage.quota": -1.0})
    with pytest.raises(SweepError, match="uncovered"):
        changed_settings(settings, "s", {"surfaces.uncovered": "no such cover"})


def test_digests_that_sets_share_are_those_of_their_texts(whole_run: WholeRun, tmp_path: Path) -> None:
    """Keys of runs stay what they are for a text that is given whole."""
    checked = whole_run.built.checked
    sweep = SweepSettings.model_validate({"name": "s", "values": {"sewage.quota": [90.0, 200.0]}})
    planned = plan_sweep(sweep, Project(tmp_path, checked.project.settings), checked.systems)
    assert len(planned.runs) > 3
    for run in planned.runs:
        alone = replace(run, text=run.text)
        assert run.sha256 == hashlib.sha256(run.text.encode()).hexdigest()
        assert (run.sha256, run.key) == (alone.sha256, alone.key)


def test_buildings_share_their_sewage_out_once(whole_run: WholeRun) -> None:
    checked = whole_run.built.checked
    settings = checked.project.settings
    models = SystemModels(checked.systems[0])
    rain = LongRain(Path(), settings)
    for own in ({}, {"sewage.quota": 90.0}, {"sewage.quota": 200.0}, {"factor.residents": 2.0}):
        models.model(own, changed_settings(settings, "s", own), rain)
    made = models.parts.made
    assert (made["sewage"], made["sewage shares"], made["given"]) == (4, 2, 1)

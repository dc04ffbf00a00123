"""The three ways on a small project: joined, bounded, and kept apart by digest."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import pytest
from tests.small_project import SmallProject

from spongecalc.project.load import load_project
from spongecalc.sponge.event_response import annual_capture_percent
from spongecalc.sponge.event_runs import sites_of
from spongecalc.steps import pipeline, sponge


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
    args = (project, built.checked.systems, built.models)
    found, _ = sponge.sponge_performance(*args, 1)
    assert found.continuous is None
    assert not found.failed
    for row in found.communities.values():
        for scenario in ("before", "after"):
            low, middle, high = (
                float(str(row[f"capture_{scenario}_percent{end}"])) for end in ("_low", "", "_high")
            )
            assert 0 < low <= middle <= high < 100
        assert float(str(row["capture_after_percent"])) > float(str(row["capture_before_percent"]))
    result = sponge.run_continuous(*args, 1, lambda *_: None)
    assert set(result.capture_percent) == {(c, s) for c in "ABC" for s in ("before", "after")}
    joined, _ = sponge.sponge_performance(*args, 1)
    assert joined.continuous is not None
    assert joined.ways["capture_continuous_percent"].notna().all()
    # one community alone finds its own; another rain finds nothing
    alone = pipeline.build(pipeline.check(project, ["A"]))
    part, _ = sponge.sponge_performance(project, alone.checked.systems, alone.models, 1)
    assert part.continuous is not None
    assert not part.continuous_stale
    other = dataclasses.replace(
        project,
        settings=project.settings.model_copy(
            update={"sponge": project.settings.sponge.model_copy(update={"generated_seed": 9})}
        ),
    )
    stale, _ = sponge.sponge_performance(other, built.checked.systems, built.models, 1)
    assert stale.continuous_stale
    assert stale.continuous is None
    assert all(math.isnan(v) for v in stale.ways["capture_continuous_percent"])
    assert len(sites_of(built.checked.systems, built.models, project.settings)) == 6

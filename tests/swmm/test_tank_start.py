"""How full a storm finds the rain tank: by hand, in the model, and in the runoff that is left."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from tests.small_project import Frames, SmallProject
from tests.swmm.test_first_flush import EMPTY, FACILITIES, ROOF_M2, change

from spongecalc.assess.modelled import join_results
from spongecalc.assess.sponge import sponge_row
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.built import Built
from spongecalc.swmm.model import SwmmModel
from spongecalc.swmm.tank_start import days_before_storms, demand_m3_d

VOLUME_M3, FLUSH_MM = 2.0, 2.0
DEMAND_M3_D = 0.5
# Day by day: 200 m2 of roof with 1 mm of depression storage.
DAYS_MM = (0.0, 16.0, 0.0, 21.0, 6.0, 0.0, 0.0, 0.0, 31.0, 0.0)


def with_demand(frames: Frames) -> None:
    change(VOLUME_M3, FLUSH_MM)(frames)
    frames["facilities"]["demand_m3_d"] = DEMAND_M3_D


def model_of(small_project: Callable[..., SmallProject], sponge: str) -> tuple[Built, SwmmModel]:
    """Community A after the works, its series the ten days, and what ``sponge`` says of the tanks."""
    project = small_project(first=with_demand, toml=lambda t: t + FACILITIES + sponge)
    rows = "".join(f"2001-06-{d:02d},{mm}\n" for d, mm in enumerate(DAYS_MM, start=1))
    (project.folder / "days.csv").write_text("date,rain_mm\n" + rows)
    built = pipeline.build(pipeline.check(load_project(project.folder), ["A"], ["after"]))
    return built, built.models[0]


def by_hand() -> tuple[np.ndarray, np.ndarray]:
    """Free volume and first flush left at the start of each day, in m3."""
    free, left = [], []
    stored, flush, dry = 0.0, 0.0, True
    for mm in DAYS_MM:
        if dry:
            flush = FLUSH_MM / 1000 * ROOF_M2
        free.append(VOLUME_M3 - stored)
        left.append(flush)
        inflow = max(mm - 1.0, 0.0) / 1000 * ROOF_M2
        dry = inflow == 0
        let_off = min(inflow, flush)
        flush -= let_off
        stored = max(min(stored + inflow - let_off, VOLUME_M3) - DEMAND_M3_D, 0.0)
    return np.array(free), np.array(left)


def test_the_days_of_a_storm_are_those_of_its_depth_and_never_too_few() -> None:
    daily = np.array([float(d) for d in range(30)])
    assert days_before_storms(daily, 15.5).tolist() == list(range(16, 30))
    # ten at least, equal rain all in
    assert days_before_storms(daily, 28).tolist() == list(range(20, 30))
    level = np.minimum(daily, 20.0)
    assert days_before_storms(level, 90).tolist() == list(range(20, 30))
    assert days_before_storms(np.full(5, 1.0), 40).tolist() == list(range(5))
    assert days_before_storms(np.array([0.0, 3.0, 1.0, 9.0]), 40).tolist() == [1, 3]


def test_a_storm_finds_the_tank_as_the_series_leaves_it(small_project: Callable[..., SmallProject]) -> None:
    built, model = model_of(small_project, '\n[sponge]\nseries = "days.csv"\n')
    free, left = by_hand()
    rainy = np.array(DAYS_MM) > 2
    event = built.events[0]
    storage = [row.split() for row in model.text(event).split("[STORAGE]")[1].split("[")[0].splitlines()]
    depth = {row[0]: float(row[3]) for row in storage if row and not row[0].startswith(";")}
    area_m2 = model.tank_starts[0].tank.shape.area_m2
    chamber = model.tank_starts[0].chamber
    assert chamber is not None
    # fewer than ten rainy days: all of them
    assert depth["A-TANK"] == pytest.approx((VOLUME_M3 - free[rainy].mean()) / area_m2, abs=0.001)
    gone = 1 - left[rainy].mean() / chamber.volume_m3
    assert depth["A-TANK__FLUSH"] == pytest.approx(gone * chamber.crest_m, abs=0.001)
    assert 0 < gone < 1
    # dry weather finds them empty
    dry = model.text(built.dry).split("[STORAGE]")[1].split("[")[0]
    assert {row.split()[3] for row in dry.splitlines() if row.startswith("A-TANK")} == {"0"}


@pytest.mark.parametrize(("sponge", "share"), [(EMPTY, 1.0), ('\n[sponge]\ninitial_tank_free = "25 %"\n', 0.25)])
def test_a_project_says_how_full(small_project: Callable[..., SmallProject], sponge: str, share: float) -> None:
    built, model = model_of(small_project, sponge)
    (start,) = model.tank_starts
    depths = start.depths_m(built.storms[0].depth_mm)
    assert depths["A-TANK"] * start.tank.shape.area_m2 == pytest.approx((1 - share) * VOLUME_M3)
    assert depths["A-TANK__FLUSH"] == pytest.approx(0)


def test_what_stood_in_the_tank_is_not_counted_as_held(
    small_project: Callable[..., SmallProject],
) -> None:
    built, model = model_of(small_project, '\n[sponge]\ninitial_tank_free = "25 %"\n')
    results = pipeline.run(built, 1)
    (one,) = join_results(built.checked.systems, [model], results)
    storm = built.headline.storm_id
    row = sponge_row(one, "A", storm)
    # The storm fills what was free, and the demand is drawn while it and its recession last.
    hours = built.events[0].duration_s / 3600
    held = 0.25 * VOLUME_M3 + DEMAND_M3_D * hours / 24
    assert row["tank_held_m3"] == pytest.approx(held, rel=0.05)
    assert row["runoff_m3"] == pytest.approx(float(str(row["surface_runoff_m3"])) - held, rel=0.05)


@pytest.mark.parametrize(("surveyed", "drawn_m3_d"), [(0.0, 0.0), (0.5, 0.5), (None, None)])
def test_a_surveyed_demand_counts_even_if_it_is_none(
    small_project: Callable[..., SmallProject], surveyed: float | None, drawn_m3_d: float | None
) -> None:
    """Square A has 800 m2 of green at 2 l/m2 and 600 m2 of lane at 0.5 l/m2: 1.9 m3 a day where nobody said."""

    def surveyed_so(frames: Frames) -> None:
        change(VOLUME_M3, FLUSH_MM)(frames)
        frames["facilities"]["demand_m3_d"] = np.nan if surveyed is None else surveyed

    built = pipeline.build(
        pipeline.check(
            load_project(small_project(first=surveyed_so, toml=lambda t: t + FACILITIES).folder), ["A"], ["after"]
        )
    )
    (model,) = built.models
    (start,) = model.tank_starts
    settings = built.checked.project.settings
    demand = demand_m3_d(start.tank, [start.tank], model.areas, built.checked.layers.catalogue, settings.sponge)
    assert demand == pytest.approx(1.9 if drawn_m3_d is None else drawn_m3_d)
    free = start.states.free_m3
    # Nobody draws: once full it stays full, and a storm finds nothing free.
    assert (free[len(free) // 2 :].max() < 1e-9) == (demand == 0.0)

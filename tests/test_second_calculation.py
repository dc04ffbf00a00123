"""Figures of the example that years of rain stand behind, worked out again without the product's runs.

Every community by itself through the bare engine (tests/plain_continuous.py), closed paving as sealed ground, and
the tanks hour by hour by a bucket written here. From the product come the models' texts and the rain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from spongecalc.assess.continuous import ContinuousResult
from spongecalc.project.load import load_project
from spongecalc.rainfall.read_series import swmm_rain_lines
from spongecalc.steps import pipeline
from spongecalc.steps.built import Built
from spongecalc.steps.sponge import asked, run_continuous
from spongecalc.swmm.event import storm_event
from tests.plain_continuous import Ground, Kept, ground_of, years_over
from tests.test_example import copy_project

pytestmark = pytest.mark.example

# Sealed ground in the place of closed paving: Manning's n and depression storage of smooth concrete,
# EPA/600/R-14/413b, tables A-6 (0.011 to 0.013) and A-5 (1.3 to 2.5 mm).
CONCRETE_N, CONCRETE_STORAGE_MM = 0.012, 1.5


@dataclass(frozen=True)
class SecondCalculation:
    """What is kept of ten years' rain, by community and scenario; ``closed``: after the works, paving sealed."""

    open: Mapping[tuple[str, str], Kept]
    closed: Mapping[str, Kept]
    tanks_m3: Mapping[tuple[str, str], float]

    def capture_percent(self, community: str, scenario: str) -> float:
        kept = self.open[community, scenario]
        return 100 * (kept.kept_m3 + self.tanks_m3.get((community, scenario), 0.0)) / kept.rain_m3


@pytest.fixture(scope="module")
def built(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = copy_project(repository, tmp_path_factory.mktemp("second") / "project")
    return pipeline.build(pipeline.check(load_project(folder)))


@pytest.fixture(scope="module")
def product(built: Built, tmp_path_factory: pytest.TempPathFactory) -> ContinuousResult:
    question = asked(built)
    return run_continuous(question, tmp_path_factory.mktemp("series") / "continuous.json", 2)


@pytest.fixture(scope="module")
def second(built: Built, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> SecondCalculation:
    project = built.checked.project
    rain = built.rain.series
    first, last = rain.depth_mm.index[0].floor("D"), rain.depth_mm.index[-1].floor("D") + pd.Timedelta("1D")
    question = asked(built)
    evaporation = question.climate.evaporation_mm_d
    facilities = gpd.read_file(repository / "gis" / "eshan_phase1.gpkg", layer="facilities")
    place = tmp_path_factory.mktemp("plain")
    fine = question.run_series
    hours = f"{int(fine.step_min) // 60}:{int(fine.step_min) % 60:02d}"
    args = (swmm_rain_lines(fine, "RAIN"), (f"{first:%m/%d/%Y}", f"{last:%m/%d/%Y}"), evaporation)
    found, closed, tanks = {}, {}, {}
    for model in built.models:
        whole = ground_of(model.text(storm_event(built.storms[0], project.settings.simulation)))
        areas = model.elements.query("element == 'subcatchment'")
        for community, own in areas.groupby("community_id")["model_id"]:
            ground, key = whole.of(own.tolist()), (str(community), model.scenario)
            found[key] = years_over(ground, *args, place / community / model.scenario, hours)
            if model.scenario == "after":
                sealed = ground.closed(CONCRETE_N, CONCRETE_STORAGE_MM)
                closed[str(community)] = years_over(sealed, *args, place / community / "closed", hours)
                for tank in facilities.query("kind == 'rain_tank' and community_id == @community").itertuples():
                    # Nothing but roofs drains to a tank, by way of its first-flush chamber.
                    name = str(tank.from_node)
                    roofs = [r for r in ground.rows["SUBCATCHMENTS"] if r[2].startswith(name)]
                    tanks[key] = tanks.get(key, 0.0) + reused_m3(ground, roofs, tank, rain.depth_mm, evaporation)
    return SecondCalculation(found, closed, tanks)


def reused_m3(
    ground: Ground, roofs: list[list[str]], tank: object, rain_mm: pd.Series, evaporation_mm_d: tuple[float, ...]
) -> float:
    """What a tank gives away and holds at the end, in m3: a bucket on the roof, the first flush, the tank."""
    storage_mm = {float(r[3]) for r in ground.rows["SUBAREAS"] if r[0] in {x[0] for x in roofs}}
    (hollow_mm,) = storage_mm
    roof_m2 = 1e4 * sum(float(r[3]) for r in roofs)
    hours = pd.date_range(rain_mm.index[0].floor("D"), rain_mm.index[-1].ceil("D"), freq="h", inclusive="left")
    falls = rain_mm.resample("h").sum().reindex(hours, fill_value=0.0).to_numpy()
    dries = np.array(evaporation_mm_d)[hours.month - 1] / 24
    wet_mm, off_mm = 0.0, np.zeros(len(hours))
    for hour, (fall, dry) in enumerate(zip(falls, dries, strict=True)):
        wet_mm = wet_mm + fall if fall > 0 else max(wet_mm - dry, 0.0)
        off_mm[hour] = max(wet_mm - hollow_mm, 0.0)
        wet_mm -= off_mm[hour]
    held = given = 0.0
    flush = tank.first_flush_mm  # type: ignore[attr-defined]
    left_mm, was_dry = flush, True
    for day_mm in off_mm.reshape(-1, 24).sum(axis=1):
        if day_mm > 0:
            left_mm = flush if was_dry else left_mm
            let_off = min(day_mm, left_mm)
            left_mm -= let_off
            held = min(held + (day_mm - let_off) / 1000 * roof_m2, tank.volume_m3)  # type: ignore[attr-defined]
        was_dry = day_mm <= 0
        drawn = min(held, tank.demand_m3_d)  # type: ignore[attr-defined]
        held, given = held - drawn, given + drawn
    return given + held


def test_the_headline_capture_is_that_of_the_bare_engine(
    product: ContinuousResult, second: SecondCalculation
) -> None:
    assert len(product.capture_percent) == 44
    for key, percent in product.capture_percent.items():
        assert percent == pytest.approx(second.capture_percent(*key), abs=0.3), key


def test_tanks_keep_what_a_bucket_on_the_roof_gives_them(
    product: ContinuousResult, second: SecondCalculation
) -> None:
    for (community, scenario), kept_m3 in second.tanks_m3.items():
        points = 100 * kept_m3 / second.open[community, scenario].rain_m3
        assert product.tanks_percent[community, scenario] == pytest.approx(points, abs=0.3), community
    assert len(second.tanks_m3) == 7


def test_closed_paving_is_sealed_ground(product: ContinuousResult, second: SecondCalculation) -> None:
    paved = {c for c, s in product.closed_percent if s == "after"}
    assert len(paved) == 22
    for community in paved:
        kept = second.closed[community]
        tanks = second.tanks_m3.get((community, "after"), 0.0)
        percent = 100 * (kept.kept_m3 + tanks) / kept.rain_m3
        assert product.closed_percent[community, "after"] == pytest.approx(percent, abs=0.2), community


def test_the_bare_runs_close_their_balance(second: SecondCalculation) -> None:
    for kept in (*second.open.values(), *second.closed.values()):
        assert abs(kept.continuity_percent) < 1

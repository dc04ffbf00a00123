"""Clogging by formula, by hand; and cleaning."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from tests.bare_engine import capture_percent
from tests.small_project import write_small_project

from spongecalc.catalogue.catalogue import shipped
from spongecalc.project.load import load_project
from spongecalc.rainfall.generated_series import climate_of
from spongecalc.sponge.event_runs import CLOGGED_SHARES
from spongecalc.sponge.paving_life import Clogging, clogging_factor, permeability_share, share_after_years
from spongecalc.sponge.performance import PavingLife, paving_life
from spongecalc.steps import pipeline, sponge
from spongecalc.surfaces.closed_paving import with_closed_paving
from spongecalc.surfaces.cover_mix import CoverMix, mix
from spongecalc.surfaces.permeable_paving import PermeablePaving
from spongecalc.surfaces.subcatchment import Subcatchment

EVAPORATION = climate_of("昆明").evaporation_mm_d


def test_the_clogging_factor_by_hand() -> None:
    # 10 a x 1000 mm x 1 x 1.25 / (150 mm x 0.25) = 333.3 void volumes
    assert clogging_factor(10, 1000, 1, 0.25, 0, 150) == pytest.approx(333.333, rel=1e-5)


def test_permeability_falls_linearly_to_nothing_at_the_clogging_volume() -> None:
    factor = clogging_factor(10, 1000, 1, 0.25, 0, 150)
    for treated, share in ((0, 1), (2500, 0.75), (5000, 0.5), (10000, 0), (20000, 0)):
        assert permeability_share(treated, factor, 0.25, 150) == pytest.approx(share)
    assert permeability_share(1e9, 0, 0.25, 150) == 1


def test_cleaning_restores_its_share_of_what_was_lost() -> None:
    assert share_after_years(5, 10) == pytest.approx(0.5)
    # cleaned after 2 years: of 2 years' clogging half stays, then 1 more year
    assert share_after_years(3, 10, 2, 50) == pytest.approx(1 - 2 / 10)
    assert share_after_years(2, 10, 2, 50) == pytest.approx(1 - 2 / 10)  # just before the cleaning
    assert share_after_years(30, 10, 1, 100) == pytest.approx(0.9)
    assert share_after_years(30, 10) == 0


def test_the_year_in_which_the_target_is_lost() -> None:
    clogged = [60.0] * (len(CLOGGED_SHARES) - 1) + [40.0]

    def life(new: float, values: list[float], target: float | None, interval_a: float) -> PavingLife:
        return paving_life(new, values, target, Clogging(10, interval_a, 80), 20)

    uncleaned = life(60.0, clogged, 50.0, 0)
    assert uncleaned.lost_year == 10
    # 8 years and a fifth of what was there stay below ten years, 10 years do not
    assert uncleaned.keeping_interval_a == 8
    assert uncleaned.permeability[5] == pytest.approx(0.5)
    assert math.isnan(life(60.0, clogged, 50.0, 2).lost_year)
    assert life(45.0, [], 50.0, 0).lost_year == 0
    assert life(60.0, [], 50.0, 0).keeping_interval_a == 0
    assert math.isnan(life(60.0, clogged, None, 0).lost_year)


def test_the_range_of_the_life_takes_the_ends_of_years_and_cleaning() -> None:
    taken = Clogging(10, 2, 70)
    assert taken.at_end("low") == Clogging(5, 2, 50)
    assert taken.at_end("high") == Clogging(20, 2, 90)
    # what the project takes beyond an end stays
    assert Clogging(4, 0, 95).at_end("low") == Clogging(4, 0, 50)
    assert Clogging(4, 0, 95).at_end("high") == Clogging(20, 0, 95)


def test_closed_paving_is_sealed_ground_of_its_own_surface() -> None:
    known = shipped().covers
    paving = PermeablePaving(60, 200, 15, 40, 0.5, 5, surface_storage_mm=2.0, surface_n=0.02)
    ground = area(mix({"concrete": 200.0, "green": 100.0}, known), 500.0, {paving: 200.0})
    (closed,) = with_closed_paving((ground,))
    assert not closed.paving_m2
    assert closed.area_m2 == 500
    assert closed.mix.area_m2 == pytest.approx(500)
    assert closed.mix.impervious_percent == pytest.approx(80)
    assert closed.mix.storage_impervious_mm == pytest.approx((1.5 + 2.0) / 2)
    assert closed.mix.n_impervious == pytest.approx((0.012 + 0.02) / 2)
    assert closed.mix.fmin_mm_h == ground.mix.fmin_mm_h
    # nothing but paving
    (alone,) = with_closed_paving((area(mix({}, known), 200.0, {paving: 200.0}),))
    assert alone.mix.impervious_percent == 100
    assert alone.mix.storage_impervious_mm == 2
    # ground without paving is the same object
    bare = area(mix({"concrete": 10.0}, known), 10.0, {})
    assert with_closed_paving((bare,))[0] is bare


def area(ground: CoverMix, area_m2: float, paving_m2: dict[PermeablePaving, float]) -> Subcatchment:
    return Subcatchment(
        "ground", "nodes", "N", "A", "N", area_m2, 10.0, 1.0, ground, paving_m2, {}, shapely.Point(0, 0)
    )


def test_closed_paving_against_a_project_that_lays_concrete_instead(
    tmp_path: Path,
) -> None:
    extra = '\n[sponge]\ntarget = "45 %"\ngenerated_years = 1\nyears_to_clog = "10 a"\n'

    def concrete(frames: dict[str, gpd.GeoDataFrame]) -> None:
        surfaces = frames["surfaces"]
        surfaces.loc[surfaces["cover"].str.startswith("permeable"), ["cover", "subgrade_mm_h"]] = [
            "concrete",
            None,
        ]

    found = []
    for name, change in (("paved", None), ("sealed", concrete)):
        project = load_project(
            write_small_project(tmp_path / name, first=change, second=change, toml=lambda t: t + extra).folder
        )
        built = pipeline.build(pipeline.check(project))
        question = sponge.asked(built)
        found.append(sponge.sponge_performance(question, None, 1)[0])
    paved, sealed = found
    after = sealed.ways[sealed.ways["scenario"] == "after"].set_index("community_id")["capture_event_percent"]
    for community, life in paved.life.groupby("community_id"):
        years = life.set_index("year")
        assert years.loc[0, "capture_uncleaned_percent"] > after[community] + 5
        assert years.loc[10, "permeability_percent"] == 0
        for year in (10, 20, 30):
            assert years.loc[year, "capture_uncleaned_percent"] == pytest.approx(after[community], abs=0.2)
        assert (years["capture_cleaned_low_percent"] <= years["capture_cleaned_percent"] + 1e-9).all()
        assert (years["capture_cleaned_percent"] <= years["capture_cleaned_high_percent"] + 1e-9).all()
        own = paved.communities[community]
        low, taken, high = (
            math.inf if math.isnan(own[f"target_lost_year{e}"]) else own[f"target_lost_year{e}"]
            for e in ("_low", "", "_high")
        )
        assert low <= taken <= high


def test_closed_paving_over_the_series_against_the_bare_engine_on_concrete(tmp_path: Path) -> None:
    extra = '\n[sponge]\ntarget = "45 %"\ngenerated_years = 1\nyears_to_clog = "10 a"\nseries_step = "60 min"\n'

    def concrete(frames: dict[str, gpd.GeoDataFrame]) -> None:
        surfaces = frames["surfaces"]
        surfaces.loc[surfaces["cover"].str.startswith("permeable"), ["cover", "subgrade_mm_h"]] = [
            "concrete",
            None,
        ]

    questions = []
    for name, change in (("paved", None), ("sealed", concrete)):
        folder = write_small_project(
            tmp_path / name, first=change, second=change, toml=lambda t: t + extra
        ).folder
        questions.append(sponge.asked(pipeline.build(pipeline.check(load_project(folder)))))
    paved, sealed = questions
    kept = sponge.run_continuous(paved, tmp_path / "kept.json", 1)
    life = sponge.sponge_performance(paved, kept, 1)[0].life.set_index(["community_id", "year"])
    checked = 0
    for site in sealed.sites:
        key = (site.community_id, site.scenario)
        if key not in kept.closed_percent:
            continue
        place = tmp_path / site.community_id
        place.mkdir()
        bare = capture_percent(site.areas, sealed.series, EVAPORATION, place)
        for year in (10, 20, 30):
            assert life.loc[(site.community_id, year), "capture_uncleaned_percent"] == pytest.approx(
                bare, abs=0.2
            )
        assert kept.capture_percent[key] > bare + 5
        checked += 1
    assert checked == len(kept.closed_percent) > 0

"""The second example, the whole plan: its first phase is the first example, its totals are those published."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import spongecalc as sc
from spongecalc.steps.intake import intake_of

FIRST, LAST = "before", "phase1"


@pytest.fixture(scope="module")
def county(repository: Path) -> sc.Project:
    return sc.open_project(repository / "gis" / "county", scenarios=[FIRST, LAST])


@pytest.fixture(scope="module")
def published(repository: Path) -> dict[str, float]:
    with (repository / "gis" / "eshan_bulletin.csv").open(encoding="utf-8") as rows:
        return {row["key"]: float(row["value"]) for row in csv.DictReader(rows)}


def test_its_data_has_no_error(county: sc.Project) -> None:
    assert county.findings(severity="error").empty
    assert intake_of(county.built).closes


def test_what_phase_1_models_is_what_the_first_example_models(county: sc.Project, repository: Path) -> None:
    """Models that are the same but for the scenario's name give the same figures."""
    compared = 0
    for folder in sorted((repository / "swmm_models").iterdir()):
        communities = folder.name.split("+")
        for path in sorted(folder.glob("*.inp")):
            scenario = {"before": FIRST, "after": LAST}[path.stem]
            system = county.system(communities[0], scenario)
            assert tuple(system.communities) == tuple(communities)
            kept = path.read_text(encoding="utf-8").replace(
                f"{folder.name} {path.stem}\n", f"{folder.name} {scenario}\n", 1
            )
            assert system.to_swmm().inp() == kept, path
            compared += 1
    assert compared == 43


def test_other_phases_stand_as_before_the_works_in_phase_1(county: sc.Project) -> None:
    then, now = (county.system("EY46", s).pipes["system"].unique().tolist() for s in (FIRST, LAST))
    assert then == now == ["combined"]


def test_lengths_by_phase_and_totals_are_the_published_ones(
    county: sc.Project, published: dict[str, float]
) -> None:
    bill = county.quantities()
    laid = bill[(bill["item"] == "pipe") & (bill["status"] == "proposed") & (bill["community_id"] != "TOTAL")]
    first = laid[laid["phase"] == "一期"].groupby("system")["length_m"].sum()
    assert first["storm"] == pytest.approx(published["storm_pipe_laid"], abs=0.05)
    assert first["sewage"] == pytest.approx(published["sewage_pipe_laid"], abs=0.05)
    communities = county.layers["communities"]
    for column, key in (
        ("households", "households_total"),
        ("residents", "residents_total"),
        ("buildings", "buildings_total"),
    ):
        assert communities[column].sum() == published[key]
    assert len(communities) == published["communities_total"]
    assert communities.geometry.area.sum() == pytest.approx(published["area_total"], abs=1)

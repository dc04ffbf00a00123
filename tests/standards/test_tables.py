"""The tables that ship with the package."""

from __future__ import annotations

import pytest

from spongecalc.layers.schema import COVERS
from spongecalc.standards.materials import roughness_of
from spongecalc.standards.tables import names, table


@pytest.mark.parametrize("name", names())
def test_every_row_has_a_source_and_a_confidence(name: str) -> None:
    rows = table(name)
    assert len(rows)
    for column in ("source", "confidence"):
        assert rows[column].notna().all()
        assert (rows[column].str.strip() != "").all()
    assert not rows.isna().any(axis=None)


def test_a_table_is_the_callers_own() -> None:
    changed = table("storm_formulas")
    changed["A"] = 0
    assert (table("storm_formulas")["A"] > 0).all()


def test_an_unknown_table_is_answered_with_those_there_are() -> None:
    with pytest.raises(KeyError, match="storm_formulas"):
        table("storms")


def test_the_sewage_pattern_is_a_day_of_mean_one() -> None:
    pattern = table("sewage_pattern")
    assert pattern["hour"].tolist() == list(range(24))
    assert pattern["multiplier"].mean() == pytest.approx(1, abs=1e-9)


def test_every_cover_has_its_parameters_once() -> None:
    assert sorted(table("cover_parameters")["cover"]) == sorted(COVERS)


def test_places_and_materials_are_named_once() -> None:
    assert table("storm_formulas")["place"].is_unique
    assert table("pipe_roughness")["material"].str.lower().is_unique


@pytest.mark.parametrize(
    ("material", "n"),
    [
        ("HDPE", 0.010),
        (" hdpe ", 0.010),
        ("砼", 0.014),
        ("铸铁", 0.013),
        ("Brick", 0.015),
        ("钢筋混凝土", 0.014),
    ],
)
def test_the_roughness_of_a_material(material: str, n: float) -> None:
    assert roughness_of(material) == (n, True)


@pytest.mark.parametrize("material", [None, "", "bamboo"])
def test_an_unknown_material_takes_that_of_concrete_and_says_so(material: str | None) -> None:
    assert roughness_of(material) == (0.014, False)

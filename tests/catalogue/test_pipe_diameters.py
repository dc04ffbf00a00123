"""Diameters told apart: nominal, inner and outer, by the wall and by what the family's nominal diameter is."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from spongecalc.catalogue.catalogue import shipped
from spongecalc.catalogue.pipe_diameters import EITHER, INNER, NEITHER, UNKNOWN, diameters_of, nominal_is

NAN = math.nan


@pytest.mark.parametrize(
    ("material", "given", "wall", "nominal", "inner", "outer", "is_"),
    [
        ("钢筋混凝土管", 300.0, NAN, 300.0, 300.0, NAN, INNER),
        ("钢筋混凝土管", 300.0, 30.0, 300.0, 300.0, 360.0, INNER),
        ("HDPE", 300.0, NAN, 300.0, NAN, NAN, EITHER),
        # As on EN 13476 and GB/T 19472.1 pipe of the series DN/ID: the wall tells both.
        ("HDPE", 300.0, 25.0, 300.0, 300.0, 350.0, EITHER),
        # No size that it is made in: measured, and inside.
        ("HDPE双壁波纹管", 276.0, NAN, NAN, 276.0, NAN, EITHER),
        ("球墨铸铁管", 300.0, NAN, 300.0, NAN, NAN, NEITHER),
        ("砖砌", 700.0, NAN, 700.0, 700.0, NAN, INNER),
        (None, 300.0, NAN, 300.0, NAN, NAN, UNKNOWN),
        ("不明", 301.0, NAN, 301.0, NAN, NAN, UNKNOWN),
    ],
)
def test_what_is_known_of_a_diameter(
    material: str | None, given: float, wall: float, nominal: float, inner: float, outer: float, is_: str
) -> None:
    pipe = SimpleNamespace(diameter_mm=given, wall_mm=wall, material=material)
    found = diameters_of(pipe, shipped())
    told = (found.nominal_mm, found.inner_mm, found.outer_mm)
    assert told == pytest.approx((nominal, inner, outer), nan_ok=True)
    assert found.nominal_is == is_
    assert found.drawn_mm == (given if math.isnan(outer) else outer)


def test_a_frame_without_walls_knows_none() -> None:
    found = diameters_of(SimpleNamespace(diameter_mm=300.0, material="砼"), shipped())
    assert math.isnan(found.outer_mm)


def test_every_family_has_its_rule() -> None:
    families = {m.family for m in shipped().materials.values()}
    assert families == set(nominal_is())
    assert set(nominal_is().values()) == {INNER, EITHER, NEITHER}

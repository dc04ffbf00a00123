"""Sections against hand and against SWMM's own geometry."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from spongecalc.catalogue.pipe_section import EGG, SHAPES, PipeSection, circle_segment


def row(**values: object) -> SimpleNamespace:
    empty = {
        "shape": None,
        "diameter_mm": math.nan,
        "width_mm": math.nan,
        "height_mm": math.nan,
        "sediment_mm": math.nan,
        "side_slope": math.nan,
        "side_slope_right": math.nan,
        "transect": None,
    }
    return SimpleNamespace(**{**empty, **values})


def test_a_circle() -> None:
    section = PipeSection.of_pipe(row(diameter_mm=300.0))
    assert section.is_circular and section.is_covered
    assert section.area_m2 == pytest.approx(math.pi * 0.09 / 4)
    assert section.wetted_perimeter_m == pytest.approx(math.pi * 0.3)
    assert section.hydraulic_radius_m == pytest.approx(0.075)
    # n 0.014, 1 %: (0.075)^(2/3) 0.1 / 0.014 = 1.2703 m/s
    assert section.full_flow_m3_s(0.01, 0.014) == pytest.approx(1.2703 * 0.070686, rel=1e-4)
    assert section.swmm == ("CIRCULAR", 0.3, 0.0)


def test_a_silted_circle_loses_its_segment() -> None:
    section = PipeSection.of_pipe(row(diameter_mm=400.0, sediment_mm=200.0))
    assert section.area_m2 == pytest.approx(math.pi * 0.16 / 8)
    assert section.wetted_perimeter_m == pytest.approx(math.pi * 0.2 + 0.4)
    assert section.swmm == ("FILLED_CIRCULAR", 0.4, 0.2)
    assert section.raised_m == 0


def test_a_box_loses_its_silts_height_and_is_raised_by_it() -> None:
    section = PipeSection.of_pipe(row(shape="rect_closed", width_mm=600.0, height_mm=800.0, sediment_mm=200.0))
    assert section.swmm == ("RECT_CLOSED", pytest.approx(0.6), 0.6)
    assert section.raised_m == pytest.approx(0.2)
    assert section.area_m2 == pytest.approx(0.36)
    assert section.wetted_perimeter_m == pytest.approx(2.4)
    open_box = PipeSection.of_pipe(row(shape="rect_open", width_mm=600.0, height_mm=800.0))
    assert open_box.wetted_perimeter_m == pytest.approx(2.2)
    assert not open_box.is_covered and not open_box.is_circular


def test_an_egg() -> None:
    section = PipeSection.of_pipe(row(shape="egg", height_mm=900.0))
    assert section.area_m2 == pytest.approx(0.5105 * 0.81)
    assert section.hydraulic_radius_m == pytest.approx(0.1931 * 0.9)
    assert section.wetted_perimeter_m == pytest.approx(section.area_m2 / section.hydraulic_radius_m)


def test_a_trapezoid_has_the_area_and_walls_of_its_banks() -> None:
    """Chow (1959), table 2-1: A = (b + z y) y, P = b + 2 y (1 + z^2)^0.5; here with banks of 1:1.5."""
    given = row(shape="trapezoidal", width_mm=2000.0, height_mm=1000.0, side_slope=1.5)
    section = PipeSection.of_pipe(given)
    assert section.area_m2 == pytest.approx(3.5)
    assert section.wetted_perimeter_m == pytest.approx(2 + 2 * math.sqrt(1 + 1.5**2))
    assert section.width_at_m(1.0) == pytest.approx(5.0)
    assert not section.is_covered
    steep_right = PipeSection.of_pipe(
        row(shape="trapezoidal", width_mm=2000.0, height_mm=1000.0, side_slope=1.5, side_slope_right=0.0)
    )
    assert steep_right.area_m2 == pytest.approx(2.75)


def test_a_transect_of_a_box_is_that_box() -> None:
    drawn = PipeSection.of_pipe(row(shape="irregular", transect="0:101; 0.001:100; 2.001:100; 2.002:101"))
    box = PipeSection.of_pipe(row(shape="rect_open", width_mm=2000.0, height_mm=1000.0))
    assert drawn.area_m2 == pytest.approx(box.area_m2, rel=0.001)
    assert drawn.wetted_perimeter_m == pytest.approx(box.wetted_perimeter_m, rel=0.001)
    assert drawn.height_m == pytest.approx(1.0)


def test_nothing_is_worked_out_of_a_section_in_swmms_words() -> None:
    section = PipeSection.of_pipe(row(shape="other", swmm_section="HORSESHOE 1.2"))
    assert math.isnan(section.area_m2)
    assert math.isnan(section.full_flow_m3_s(0.01, 0.013))
    assert section.is_covered


@pytest.mark.parametrize("shape", [s for s in SHAPES if s not in ("trapezoidal", "irregular", "other")])
def test_what_goes_to_swmm_comes_back(shape: str) -> None:
    section = PipeSection.of_pipe(row(shape=shape, diameter_mm=500.0, width_mm=700.0, height_mm=500.0))
    back = PipeSection.of_swmm(*section.swmm)
    assert back is not None
    assert back.shape == shape
    assert back.full_flow_m3_s(0.004, 0.013) == section.full_flow_m3_s(0.004, 0.013)


def test_nothing_flows_without_a_fall_and_other_shapes_are_not_known() -> None:
    assert math.isnan(PipeSection.circle(0.3).full_flow_m3_s(0.0, 0.01))
    assert PipeSection.of_swmm("ARCH", 1.0, 1.0) is None


@pytest.mark.parametrize("silt_m", [0.0, 0.05])
def test_the_part_of_a_circle_below_a_level_is_chows_segment(silt_m: float) -> None:
    part = PipeSection.circle(0.4, silt_m).below(0.35)
    areas, radii = circle_segment(np.array([0.35 / 0.4, silt_m / 0.4]))
    assert part.area_m2 == pytest.approx(0.16 * (areas[0] - areas[1]), rel=1e-5)
    # Walls of the one less those of the other, the lid, and the top of the silt.
    walls = [0.4 * a / r if r > 0 else 0.0 for a, r in zip(areas, radii, strict=True)]
    flat = [2 * (y * (0.4 - y)) ** 0.5 for y in (0.35, silt_m)]
    assert part.wetted_perimeter_m == pytest.approx(walls[0] - walls[1] + sum(flat), rel=1e-4)
    assert part.height_m == pytest.approx(0.35 - silt_m)
    assert part.box.area_m2 == pytest.approx(part.area_m2)


def test_a_whole_egg_has_chows_area_and_radius() -> None:
    part = PipeSection(EGG, 0.9).below(2.0)
    assert part.height_m == 0.9
    assert part.area_m2 == pytest.approx(0.5105 * 0.81, rel=5e-4)
    assert part.hydraulic_radius_m == pytest.approx(0.1931 * 0.9, rel=5e-4)
    assert PipeSection(EGG, 0.9).width_at_m(0.6) == pytest.approx(0.6)

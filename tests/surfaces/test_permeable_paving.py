"""Permeable paving in SWMM's terms."""

from __future__ import annotations

import math
from types import SimpleNamespace

from spongecalc.catalogue.catalogue import shipped
from spongecalc.standards.tables import table
from spongecalc.surfaces.permeable_paving import PermeablePaving, paving_of


def test_half_a_millimetre_a_second_is_1800_an_hour() -> None:
    assert PermeablePaving(180, 200, 18, 38, 0.5, 2).permeability_mm_h == 1800


def test_what_the_survey_leaves_out_is_the_tables() -> None:
    defaults = table("permeable_paving_defaults").set_index("column")["value"]
    columns = dict.fromkeys(defaults.index, math.nan) | {"subgrade_mm_h": 7.0}
    paving = paving_of(SimpleNamespace(**columns)).under(shipped().cover("permeable_brick"))
    assert paving.subgrade_mm_h == 7.0
    assert paving.surface_mm == defaults["surface_mm"]
    assert paving.porosity_percent == defaults["porosity_percent"]
    assert (paving.surface_storage_mm, paving.surface_n) == (1.5, 0.014)

"""The section [structures] of spongecalc.toml: what is taken for a lift station that was not measured."""

from __future__ import annotations

from pydantic import Field

from spongecalc.project.section import InsidePath, Meters, Section, SquareMeters


class StructureSettings(Section):
    """Assumptions on wet wells and sealed nodes; ``rules`` is a file of control rules in SWMM's language."""

    well_area_m2: SquareMeters = Field(4.0, gt=0, le=1e5, alias="well_area")
    sealed_m: Meters = Field(100.0, gt=0, le=1000, alias="sealed")
    rules: InsidePath | None = None

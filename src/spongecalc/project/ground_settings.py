"""The section [ground] of spongecalc.toml: how ground is made of points, contours and faces."""

from __future__ import annotations

from pydantic import Field

from spongecalc.project.section import Meters, Section


class GroundSettings(Section):
    """Settings of ground between measured points: the side of its cells, and how far from a point it is known."""

    cell_m: Meters = Field(1.0, ge=0.2, le=5, alias="cell")
    reach_m: Meters = Field(30.0, ge=1, le=500, alias="reach")

"""The section [structures] of spongecalc.toml: what is taken for a lift station that was not measured, and files
in SWMM's language whose rules and the like stand in the models."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from spongecalc.project.section import InsidePath, Meters, Section, SquareMeters


class CarriedFile(Section):
    """A file in SWMM's language; ``prefix`` stands before its names in the layers."""

    file: InsidePath
    prefix: str = ""


def _as_table(given: Any) -> Any:
    """A path alone as the table that names it; any other value as it is."""
    return {"file": given} if isinstance(given, str) else given


def _listed(given: Any) -> Any:
    """One path alone as the list that it is; any other value as it is."""
    return [given] if isinstance(given, str) else given


class StructureSettings(Section):
    """Assumptions on wet wells and sealed nodes; ``carried`` are files with rules, inflows and patterns."""

    well_area_m2: SquareMeters = Field(4.0, gt=0, le=1e5, alias="well_area")
    sealed_m: Meters = Field(100.0, gt=0, le=1000, alias="sealed")
    carried: Annotated[
        tuple[Annotated[CarriedFile, BeforeValidator(_as_table)], ...], BeforeValidator(_listed)
    ] = ()

"""A permeable pavement as its layers are built, in the terms of SWMM's permeable-pavement LID."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from spongecalc.standards.tables import table


@dataclass(frozen=True, order=True)
class PermeablePaving:
    """Layers of one kind of permeable pavement; thicknesses in mm, porosities in percent."""

    surface_mm: float
    base_mm: float
    porosity_percent: float
    base_porosity_percent: float
    permeability_mm_s: float
    subgrade_mm_h: float

    @property
    def void_ratio(self) -> float:
        """Voids over solids of the surface course."""
        return void_ratio(self.porosity_percent)

    @property
    def base_void_ratio(self) -> float:
        """Voids over solids of the gravel base."""
        return void_ratio(self.base_porosity_percent)

    @property
    def permeability_mm_h(self) -> float:
        """Permeability of the surface course in mm/h: 0.5 mm/s is 1800 mm/h."""
        return self.permeability_mm_s * 3600.0


def void_ratio(porosity_percent: float) -> float:
    """Void ratio e = n / (1 - n) of a material of porosity n.

    Parameters
    ----------
    porosity_percent
        Voids over total volume, in percent, from 0 up to but not including 100.

    Raises
    ------
    ValueError
        If the porosity is outside that range.

    References
    ----------
    Rossman and Huber (2016), SWMM Reference Manual Volume III, section 6, on pavement layers.
    """
    if not 0 <= porosity_percent < 100:
        raise ValueError(f"porosity must be from 0 to below 100 percent, not {porosity_percent}")
    porosity = porosity_percent / 100
    return porosity / (1 - porosity)


def paving_of(row: object) -> PermeablePaving:
    """The paving of a row of the surfaces layer.

    What the survey leaves out takes the value of the table ``permeable_paving_defaults``, which names its
    source for each.
    """
    defaults = table("permeable_paving_defaults").set_index("column")["value"]

    def value(column: str) -> float:
        given = float(getattr(row, column))
        return float(defaults[column]) if math.isnan(given) else given

    return PermeablePaving(**{field.name: value(field.name) for field in fields(PermeablePaving)})

"""A permeable pavement as its layers are built, in the terms of SWMM's permeable-pavement LID."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from spongecalc.catalogue.cover import Cover
from spongecalc.contract import BASE_KINDS
from spongecalc.standards.tables import table
from spongecalc.surfaces.gravel_base import drain_coefficient, seepage_mm_h, void_ratio

_LAYERS = (
    "surface_mm",
    "base_mm",
    "porosity_percent",
    "base_porosity_percent",
    "permeability_mm_s",
    "subgrade_mm_h",
)


@dataclass(frozen=True, order=True)
class PermeablePaving:
    """Layers of one kind of permeable pavement; thicknesses in mm, porosities in percent.

    ``surface_storage_mm`` and ``surface_n`` are the depression storage and Manning's n of its cover. Paving that
    runoff of other ground passes over ``receives``; that beside it takes its own rain only. ``drains_to`` is the
    node that its underdrain leads to, empty for that of its ground.
    """

    surface_mm: float
    base_mm: float
    porosity_percent: float
    base_porosity_percent: float
    permeability_mm_s: float
    subgrade_mm_h: float
    base_kind: str = "full"
    drain_offset_mm: float = 0.0
    surface_storage_mm: float = 0.0
    surface_n: float = 0.0
    receives: bool = False
    drains_to: str = ""

    def led_to(self, node_id: str, *, stated: bool) -> PermeablePaving:
        """The paving with an underdrain that is drawn to a node.

        One whose kind of base is not ``stated`` has a drained base then; a full base has no drain, whatever is
        drawn.
        """
        if self.base_kind == "full" and stated:
            return self
        return replace(self, base_kind=self.base_kind if stated else "drained", drains_to=node_id)

    def under(self, cover: Cover) -> PermeablePaving:
        """The paving with the depression storage and the roughness of its cover."""
        return replace(self, surface_storage_mm=cover.depression_storage_mm, surface_n=cover.manning_n)

    @property
    def seepage_mm_h(self) -> float:
        """Seepage out of the base in mm/h: nothing through the liner of a half-permeable pavement."""
        return seepage_mm_h(self.base_kind, self.subgrade_mm_h)

    @property
    def drain_coefficient(self) -> float:
        """SWMM's drain coefficient of q = C h^0.5 (mm/h, h in mm); 0 without an underdrain."""
        height_mm = self.base_mm - self.drain_offset_mm
        return drain_coefficient(self.base_kind, height_mm, self.base_porosity_percent)

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


def paving_of(row: object) -> PermeablePaving:
    """The layers of a row of the surfaces layer; its cover says how rough they are (``PermeablePaving.under``).

    What the survey leaves out takes the value of the table ``permeable_paving_defaults``, which names its
    source for each.
    """
    defaults = table("permeable_paving_defaults").set_index("column")["value"]

    def value(column: str) -> float:
        given = float(getattr(row, column))
        return float(defaults[column]) if math.isnan(given) else given

    kind = getattr(row, "base_kind", None)
    offset = getattr(row, "drain_offset_mm", math.nan)
    layers: dict[str, Any] = {name: value(name) for name in _LAYERS}
    return PermeablePaving(
        **layers,
        base_kind=kind if isinstance(kind, str) and kind in BASE_KINDS else "full",
        drain_offset_mm=0.0 if offset is None or math.isnan(offset) else float(offset),
    )

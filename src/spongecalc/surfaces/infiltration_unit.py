"""Rain gardens, infiltration trenches and wells, green roofs: their layers, and what they hold."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from spongecalc.contract import BASE_KINDS
from spongecalc.standards.tables import table
from spongecalc.surfaces.gravel_base import drain_coefficient, seepage_mm_h, void_ratio
from spongecalc.surfaces.run_on import RunOn

UNIT_KINDS = ("rain_garden", "infiltration_trench", "infiltration_well", "green_roof")
THICK_GREEN_ROOF = "thick_green_roof"
"""Green roofs with coefficients of their own; a thinner one has those of a roof."""
# The layers that a survey may give in columns of its own; all others are those of the table.
SURVEYED = ("ponding_mm", "soil_mm", "base_mm", "subgrade_mm_h")


@dataclass(frozen=True, order=True)
class InfiltrationUnit:
    """Layers of one facility from its surface down; thicknesses in mm, shares in percent of the volume.

    ``kind`` is one of ``UNIT_KINDS``. A layer of no thickness is not there; ``mat_mm`` is the drainage mat of a
    green roof.
    """

    kind: str
    ponding_mm: float = 0.0
    vegetation_percent: float = 0.0
    soil_mm: float = 0.0
    soil_porosity_percent: float = 0.0
    field_capacity_percent: float = 0.0
    wilting_percent: float = 0.0
    conductivity_mm_h: float = 0.0
    conductivity_slope: float = 0.0
    suction_mm: float = 0.0
    base_mm: float = 0.0
    base_porosity_percent: float = 0.0
    subgrade_mm_h: float = 0.0
    mat_mm: float = 0.0
    mat_void_percent: float = 0.0
    mat_n: float = 0.0
    base_kind: str = "full"

    @property
    def ground(self) -> str:
        """The row of ``facility_ground`` whose runoff coefficients its own ground has.

        References
        ----------
        海绵城市建设技术指南 (2014), table 4-3: of green roofs it prints those with 300 mm of substrate or more.
        """
        if self.kind != "green_roof":
            return self.kind
        thick = table("facility_ground").set_index("kind").loc[THICK_GREEN_ROOF, "from_soil_mm"]
        return THICK_GREEN_ROOF if self.soil_mm >= float(thick) else self.kind

    @property
    def seepage_mm_h(self) -> float:
        """Seepage out of the base in mm/h: nothing through a liner."""
        return seepage_mm_h(self.base_kind, self.subgrade_mm_h)

    @property
    def drain_coefficient(self) -> float:
        """SWMM's drain coefficient of q = C h^0.5 (mm/h, h in mm); 0 without an underdrain."""
        return drain_coefficient(self.base_kind, self.base_mm, self.base_porosity_percent)

    @property
    def base_void_ratio(self) -> float:
        """Voids over solids of the gravel."""
        return void_ratio(self.base_porosity_percent)

    @property
    def ponding_held_mm(self) -> float:
        """Water over the soil, without the room that plants take."""
        return self.ponding_mm * (1 - self.vegetation_percent / 100)

    @property
    def layers_held_mm(self) -> float:
        """Water in soil and gravel: what drains between storms, so the soil from its field capacity on."""
        soil = self.soil_mm * (self.soil_porosity_percent - self.field_capacity_percent) / 100
        # An underdrain at the bottom of a lined base lets go what gets there.
        base = self.base_mm * self.base_porosity_percent / 100 if self.base_kind == "full" else 0.0
        return soil + base

    @property
    def control_mm(self) -> float:
        """Control volume per area of the facility in mm.

        None for a green roof: the guide counts it in the runoff coefficient only.

        References
        ----------
        海绵城市建设技术指南 (2014), section 4.8: volumes that take part in the volume method.
        """
        return 0.0 if self.kind == "green_roof" else self.ponding_held_mm + self.layers_held_mm


@dataclass(frozen=True)
class UnitInUse:
    """A facility, or the part of it in one subcatchment: its own area and the ground that drains to it, in m2.

    ``run_on`` is that ground where it is known which it is; else it is taken from the sealed ground first.
    """

    facility_id: str
    unit: InfiltrationUnit
    area_m2: float
    catchment_m2: float
    run_on: RunOn | None = None


def kind_values(kind: str) -> dict[str, float]:
    """Values of the table ``facility_layers`` for a kind, by parameter with its unit in the name."""
    rows = table("facility_layers")
    own = rows[rows["kind"] == kind]
    return dict(zip(own["parameter"], own["value"].astype(float), strict=True))


def unit_of(row: object, area_m2: float) -> InfiltrationUnit:
    """The layers of a row of the facilities layer.

    Columns of the row come first. Of what they leave open, a volume that the row states fixes the ponding depth
    of a rain garden and the depth of gravel of a trench or well; everything else is the table's.

    Parameters
    ----------
    row
        Of the facilities layer, of a kind of ``UNIT_KINDS``.
    area_m2
        Its plan area in m2, positive.

    Returns
    -------
    The unit. A stated volume smaller than that of the layers below leaves no ponding.
    """
    kind = str(row.kind)  # type: ignore[attr-defined]
    known = {f.name for f in fields(InfiltrationUnit)}
    values = {name: value for name, value in kind_values(kind).items() if name in known}
    given = {c: float(getattr(row, c, math.nan)) for c in SURVEYED}
    values |= {c: v for c, v in given.items() if not math.isnan(v) and (c in values or c == "ponding_mm")}
    drained = getattr(row, "base_kind", None)
    base_kind = drained if isinstance(drained, str) and drained in BASE_KINDS else "full"
    unit = InfiltrationUnit(kind, **values, base_kind=base_kind)
    volume = float(getattr(row, "volume_m3", math.nan))
    if not volume > 0 or kind == "green_roof":
        return unit
    held_mm = 1000 * volume / area_m2
    if kind == "rain_garden" and math.isnan(given["ponding_mm"]):
        ponding = (held_mm - unit.layers_held_mm) / (1 - unit.vegetation_percent / 100)
        values["ponding_mm"] = max(ponding, 0.0)
    elif kind != "rain_garden" and math.isnan(given["base_mm"]):
        values["base_mm"] = max(held_mm - unit.ponding_held_mm, 1.0) / (unit.base_porosity_percent / 100)
    return InfiltrationUnit(kind, **values, base_kind=base_kind)

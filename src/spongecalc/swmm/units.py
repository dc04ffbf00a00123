"""The SWMM engine's unit factors, and the way back to true SI.

Inside, SWMM counts in feet and cubic feet per second whatever units the model is written in, and it converts
with constants rounded to four or five digits (1 ft3 = 0.02832 m3 where 0.0283168 is true). A volume read
through the toolkit therefore is divided by the engine's own constant, which gives its feet exactly, and
multiplied with the true factor. Without this a volume would stand 0.011 % beside the one in the engine's own
report.

Source of the constants: EPA SWMM 5.2 engine, tables ``Ucf`` and ``Qcf`` of ``swmm5.c``; true factors:
international foot 0.3048 m, US gallon 231 in3, acre 43 560 ft2.
"""

from dataclasses import dataclass

from spongecalc.catalogue.flow_unit import CUBIC_FOOT_M3, FLOW_UNITS, FOOT_M, LITRES_PER_SECOND, in_feet

ACRE_M2 = 43560.0 * FOOT_M**2


@dataclass(frozen=True)
class UnitFactors:
    """Factors from what the toolkit hands out to SI, for one model's flow units.

    Attributes
    ----------
    flow_units : str
        One of :data:`~spongecalc.catalogue.flow_unit.FLOW_UNITS`.
    flow_l_s : float
        Flow in the model's units -> l/s, so that a flow equals the figure in the engine's report.
    length_m : float
        Length, depth or velocity -> m or m/s.
    volume_m3 : float
        Volume of the toolkit's statistics -> m3, free of the engine's rounded constant.
    rain_mm : float
        Rain depth (inch or mm) -> mm.
    area_m2 : float
        Subcatchment area (acre or hectare) -> m2.
    depth_area_m3 : float
        Rain depth times subcatchment area, in the model's units, -> m3 as the engine counts them.
    mass_kg : float
        Pollutant load of the toolkit's statistics (lb or kg) -> kg.
    """

    flow_units: str
    flow_l_s: float
    length_m: float
    volume_m3: float
    rain_mm: float
    area_m2: float
    depth_area_m3: float
    mass_kg: float


def unit_factors(flow_units: str) -> UnitFactors:
    """Return the factors to SI for a model written in the given flow units.

    Parameters
    ----------
    flow_units : str
        "CFS", "GPM", "MGD" (feet, acres, inches) or "CMS", "LPS", "MLD" (metres, hectares, millimetres).

    Raises
    ------
    ValueError
        Flow units that SWMM does not know.
    """
    if flow_units not in LITRES_PER_SECOND:
        raise ValueError(f"flow units {flow_units!r}; SWMM knows {', '.join(FLOW_UNITS)}")
    if in_feet(flow_units):
        return UnitFactors(
            flow_units=flow_units,
            flow_l_s=LITRES_PER_SECOND[flow_units],
            length_m=FOOT_M,
            volume_m3=CUBIC_FOOT_M3,
            rain_mm=25.4,
            area_m2=ACRE_M2,
            depth_area_m3=CUBIC_FOOT_M3 / 12.0 / 2.2956e-5,
            mass_kg=1.0e-6 / 2.203e-6,
        )
    return UnitFactors(
        flow_units=flow_units,
        flow_l_s=LITRES_PER_SECOND[flow_units],
        length_m=1.0,
        volume_m3=CUBIC_FOOT_M3 / 0.02832,
        rain_mm=1.0,
        area_m2=10000.0,
        depth_area_m3=CUBIC_FOOT_M3 / 304.8 / 0.92903e-5,
        mass_kg=1.0,
    )

"""Inflows of a model besides rain and sewage: the carrier of clean water, ground water, rain-derived inflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from spongecalc.project.infiltration_settings import InfiltrationSettings
from spongecalc.swmm.inp_text import fixed

Rows = list[tuple[str, ...]]

GROUNDWATER, RDII = "GROUNDWATER", "RDII"
SEWAGE, RAIN = "SEWAGE", "RAIN"
UNIT_HYDROGRAPH = "RDII_UH"
RESPONSES = ("SHORT", "MEDIUM", "LONG")
TRACER_MG_L = 100.0


def inflow_rows(
    carrier_l_s: float,
    sewage_nodes: Sequence[str],
    groundwater_l_s: Mapping[str, float],
    clean_l_s: Mapping[str, float] = MappingProxyType({}),
) -> Rows:
    """INFLOWS: one flow a node, of carrier, clean and ground water together, and the latter's tracer in it.

    SWMM's concentration is that of the whole inflow, the carrier included: it is 100 mg/l in the share of it that
    is ground water. (A mass instead came out too small by the 28.3 litres of a cubic foot in a trial of 5.2.)

    Parameters
    ----------
    carrier_l_s
        Clean water at each of ``sewage_nodes``.
    sewage_nodes
        Model ids of the nodes where sewage enters.
    groundwater_l_s
        Ground water by model id.
    clean_l_s
        Steady flow of clean water that the layers give nodes of rain, by model id.
    """
    flows = dict.fromkeys(sewage_nodes, carrier_l_s) if carrier_l_s > 0 else {}
    for given in (groundwater_l_s, clean_l_s):
        for node, flow in given.items():
            flows[node] = flows.get(node, 0.0) + flow
    finely = {*groundwater_l_s, *clean_l_s}
    rows: Rows = [
        (node, "FLOW", '""', "FLOW", "1.0", "1.0", fixed(flow, 6 if node in finely else 3))
        for node, flow in flows.items()
    ]
    rows.extend(
        (node, GROUNDWATER, '""', "CONCEN", "1.0", "1.0", fixed(TRACER_MG_L * flow / flows[node], 6))
        for node, flow in groundwater_l_s.items()
    )
    return rows


def tracer_rows(settings: InfiltrationSettings) -> Rows:
    """POLLUTANTS of the waters that enter through the ground, as far as they are on."""
    nothing, full = "0.0", fixed(TRACER_MG_L, 1)
    rows: Rows = []
    if settings.groundwater:
        rows.append((GROUNDWATER, "MG/L", *[nothing] * 4, "NO", "*", *[nothing] * 3))
    if settings.rain_derived:
        rows.append((RDII, "MG/L", nothing, nothing, full, nothing, "NO", "*", *[nothing] * 3))
    return rows


def rdii_sections(sewersheds_m2: Mapping[str, float], settings: InfiltrationSettings) -> dict[str, Rows]:
    """HYDROGRAPHS and RDII: the project's triangles, and each node's sewershed (m2 by model id); empty if off."""
    if not settings.rain_derived or not sewersheds_m2:
        return {}
    hydrographs: Rows = [(UNIT_HYDROGRAPH, "RAIN_GAGE")]
    for name, one in zip(RESPONSES, settings.hydrographs, strict=False):
        shape = (fixed(one.r_percent / 100, 5), fixed(one.t_h, 3), fixed(one.k, 3))
        hydrographs.append((UNIT_HYDROGRAPH, "ALL", name, *shape, "0", "0", "0"))
    rdii: Rows = [(node, UNIT_HYDROGRAPH, fixed(area / 1e4, 6)) for node, area in sewersheds_m2.items()]
    return {"HYDROGRAPHS": hydrographs, "RDII": rdii}

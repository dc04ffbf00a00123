"""Sections of a model that follow from the project and from flows: general ones, sewage, the ground's runoff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spongecalc.project.settings import Settings
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.subcatchment import Subcatchment
from spongecalc.swmm.first_flush import FlushPart
from spongecalc.swmm.ground_state import READY, stated
from spongecalc.swmm.gutters import GutterPart
from spongecalc.swmm.identifiers import tag
from spongecalc.swmm.inflows import RAIN, SEWAGE, TRACER_MG_L, rdii_sections, tracer_rows
from spongecalc.swmm.inp_text import fixed
from spongecalc.swmm.runoff import KeptRows, ground_rows

Rows = Sequence[Sequence[str]]

PATTERN = "HOURLY_SEWAGE"


def general_sections(system: DrainageSystem, settings: Settings) -> dict[str, Rows]:
    """Return TITLE, EVAPORATION, POLLUTANTS and CONTROLS, which no section of the layers decides."""
    return {
        "TITLE": _title(system),
        "EVAPORATION": [("CONSTANT", "0.0"), ("DRY_ONLY", "NO")],
        "POLLUTANTS": [
            _tracer(RAIN, TRACER_MG_L, 0.0),
            _tracer(SEWAGE, 0.0, TRACER_MG_L),
            *tracer_rows(settings.infiltration),
        ],
        "CONTROLS": [],
    }


def flow_sections(
    flows: Mapping[str, float], sewersheds: Mapping[str, float], ids: Mapping[str, str], settings: Settings
) -> dict[str, Rows]:
    """Return DWF, PATTERNS, HYDROGRAPHS and RDII of flows in l/s and of sewersheds in m2, both by node id."""
    return {
        "DWF": [(ids[node], "FLOW", fixed(flow, 6), PATTERN) for node, flow in sorted(flows.items()) if flow > 0],
        **rdii_sections({ids[n]: m2 for n, m2 in sorted(sewersheds.items())}, settings.infiltration),
        "PATTERNS": _pattern_rows(settings.sewage.pattern),
    }


def ground_sections(
    settings: Settings,
    areas: Sequence[Subcatchment],
    ids: Mapping[str, str],
    flush: FlushPart,
    gutters: GutterPart,
    kept: KeptRows | None = None,
) -> tuple[dict[str, list[tuple[str, ...]]], list[tuple[str, ...]]]:
    """Return the sections of the ground, draining to gutters and chambers where there are, and its elements.

    ``kept`` are rows of other models of the same system.
    """
    outlets = {**ids, **flush.inlets}
    states = [stated(READY, settings.sponge, len(a.units)) for a in areas]
    rows = ground_rows(areas, outlets, settings.surfaces, gutters.drains, kept)
    return rows.sections(states), rows.elements


def _title(system: DrainageSystem) -> list[tuple[str, ...]]:
    """Title of the model with the names of its communities; SWMM keeps three lines and reads no long ones."""
    names = [
        f"{row.community_id} {row.name or ''}".replace("\n", " ").strip()[:60]
        for row in system.boundaries.sort_values("community_id").itertuples()
    ]
    return [(f"spongecalc {system.model} {system.scenario}"[:200],), *((tag(name),) for name in names[:2])]


def _tracer(name: str, in_rain_mg_l: float, in_sewage_mg_l: float) -> tuple[str, ...]:
    rain, sewage = fixed(in_rain_mg_l, 1), fixed(in_sewage_mg_l, 1)
    return (name, "MG/L", rain, "0.0", "0.0", "0.0", "NO", "*", "0.0", sewage, "0.0")


def _pattern_rows(multipliers: Sequence[float]) -> list[tuple[str, ...]]:
    """The 24 hourly multipliers, six a line as SWMM's interface writes them."""
    rows = []
    for start in range(0, 24, 6):
        kind = "HOURLY" if start == 0 else ""
        rows.append((PATTERN, kind, *(fixed(m, 4) for m in multipliers[start : start + 6])))
    return rows

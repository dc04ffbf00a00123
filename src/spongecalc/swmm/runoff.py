"""Subcatchments of a model with their permeable paving, and the map of all its elements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import repeat

import shapely

from spongecalc.layers.provenance import flag_tags
from spongecalc.project.settings import SurfaceSettings
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.permeable_paving import PermeablePaving
from spongecalc.surfaces.subcatchment import Subcatchment
from spongecalc.swmm.first_flush import FlushPart
from spongecalc.swmm.ground_state import READY, GroundState
from spongecalc.swmm.gutters import GutterPart
from spongecalc.swmm.identifiers import model_ids, tag
from spongecalc.swmm.infiltration import control_rows, shares_led, unit_names, usage_row, usage_rows
from spongecalc.swmm.inp_text import fixed
from spongecalc.swmm.links import Links
from spongecalc.swmm.nodes import NodePart

Rows = list[tuple[str, ...]]

PAVING_SLOPE_PERCENT = 1.0


def runoff_sections(
    areas: Sequence[Subcatchment],
    ids: Mapping[str, str],
    settings: SurfaceSettings,
    states: Sequence[GroundState] = (),
) -> tuple[dict[str, Rows], list[tuple[str, ...]]]:
    """SUBCATCHMENTS, SUBAREAS, INFILTRATION and the LID sections; and the elements, in the order of areas.

    SWMM takes the share of impervious ground as that of the area outside of LID units, and wants that area: so
    the whole area is stated, and the paving in it as a LID unit of its own area. Ground that runs on to a lawn
    has the lawn's subcatchment as its outlet. ``states`` are those in which the areas begin, one for each;
    without them soil has recovered and bases are empty.
    """
    names = model_ids([a.name for a in areas], "S_")
    controls = {p: f"PAVING_{i + 1}" for i, p in enumerate(sorted({p for a in areas for p in a.paving_m2}))}
    units = {u.facility_id: u.unit for a in areas for u in a.units}
    unit_controls = unit_names(areas)
    rows: dict[str, Rows] = {
        k: [] for k in ("SUBCATCHMENTS", "SUBAREAS", "INFILTRATION", "LID_CONTROLS", "LID_USAGE")
    }
    elements: list[tuple[str, ...]] = []
    for area, state in zip(areas, states or repeat(READY, len(areas)), strict=True):
        name = names[area.name]
        mix = area.mix
        rows["SUBCATCHMENTS"].append((f";{tag(area.feature_id)} ({area.store or area.kind})",))
        rows["SUBCATCHMENTS"].append(
            (
                name,
                "RAIN_GAGE",
                names[area.runs_on_to] if area.runs_on_to else ids[area.outlet_node],
                fixed(area.area_m2 / 1e4, 6),
                fixed(mix.impervious_percent, 2),
                fixed(area.width_m, 2),
                fixed(area.slope_percent, 2),
                "0",
            )
        )
        rows["SUBAREAS"].append(
            (
                name,
                fixed(mix.n_impervious, 4),
                fixed(mix.n_pervious, 4),
                fixed(mix.storage_impervious_mm, 2),
                fixed(mix.storage_pervious_mm, 2),
                "0",
                "OUTLET",
            )
        )
        rows["INFILTRATION"].append(
            (
                name,
                fixed(state.f0_mm_h(area), 2),
                fixed(mix.fmin_mm_h, 2),
                fixed(mix.decay_1_h, 2),
                fixed(mix.dry_days, 1),
                "0",
            )
        )
        rows["LID_USAGE"].extend(_paving_usage(name, area, controls, settings.run_on_percent or 0.0, state, ids))
        if area.units:
            led = settings.run_on_percent or 0.0 if area.paving_m2 and not area.paving_run_on.area_m2 else 0.0
            rows["LID_USAGE"].extend(usage_rows(name, area, unit_controls, led, state))
        elements.append(("subcatchment", name, area.role, area.layer, area.feature_id, area.community_id))
    for paving, control in controls.items():
        rows["LID_CONTROLS"].extend(_control(control, paving))
    for facility_id, control in unit_controls.items():
        rows["LID_CONTROLS"].extend(control_rows(control, units[facility_id]))
    return rows, elements


def _paving_usage(
    name: str,
    area: Subcatchment,
    controls: Mapping[PermeablePaving, str],
    run_on_percent: float,
    state: GroundState,
    ids: Mapping[str, str],
) -> Rows:
    """LID_USAGE of the paving in a subcatchment.

    Ground that is known to run on to it is led over the paving that receives; else ``run_on_percent`` of the
    impervious ground over all of it.
    """
    rows: Rows = []
    run_on, receiving_m2 = area.paving_run_on, area.receiving_m2
    for paving, paved_m2 in area.paving_m2.items():
        if run_on.area_m2 > 0:
            part = paved_m2 / receiving_m2 if paving.receives else 0.0
            led = shares_led(area, run_on.impervious_m2 * part, run_on.pervious_m2 * part)
        else:
            led = (run_on_percent * paved_m2 / sum(area.paving_m2.values()), 0.0)
        size, drain = (paved_m2, area.width_m), ids[paving.drains_to] if paving.drains_to else ""
        rows.append(usage_row(name, controls[paving], size, state.base_filled, led, drain))
    return rows


def _control(name: str, paving: PermeablePaving) -> Rows:
    """The layers of one kind of paving; as new; an underdrain where its base has one."""
    return [
        (name, "PP"),
        (
            name,
            "SURFACE",
            fixed(paving.surface_storage_mm, 2),
            "0",
            fixed(paving.surface_n, 4),
            fixed(PAVING_SLOPE_PERCENT, 2),
            "0",
        ),
        (
            name,
            "PAVEMENT",
            fixed(paving.surface_mm, 1),
            fixed(paving.void_ratio, 4),
            "0",
            fixed(paving.permeability_mm_h, 1),
            "0",
            "0",
            "0",
        ),
        (
            name,
            "STORAGE",
            fixed(paving.base_mm, 1),
            fixed(paving.base_void_ratio, 4),
            fixed(paving.seepage_mm_h, 3),
            "0",
        ),
        (
            name,
            "DRAIN",
            fixed(paving.drain_coefficient, 4).rstrip("0").rstrip(".") or "0",
            "0.5",
            f"{paving.drain_offset_mm:g}",
            "6",
            "0",
            "0",
        ),
    ]


def map_sections(
    system: DrainageSystem,
    areas: Sequence[Subcatchment],
    links: Links,
    nodes: NodePart,
    runoff_elements: Sequence[tuple[str, ...]],
    flush: FlushPart,
    gutters: GutterPart,
) -> dict[str, Rows]:
    """MAP, COORDINATES, VERTICES, POLYGONS, SYMBOLS and TAGS, so that the model opens as a map."""
    x0, y0, x1, y1 = system.boundaries.total_bounds
    margin = 0.05 * max(x1 - x0, y1 - y0)
    dimensions = [fixed(v, 3) for v in (x0 - margin, y0 - margin, x1 + margin, y1 + margin)]
    places = {**nodes.places, **flush.places, **gutters.places}
    polygons: Rows = []
    for area, element in zip(areas, runoff_elements, strict=True):
        polygons.extend(_ring(element[1], area.geometry))
    elements = [*nodes.elements, *links.elements, *flush.elements, *gutters.elements, *runoff_elements]
    kinds = {"node": "Node", "link": "Link", "subcatchment": "Subcatch"}
    notes = {**flag_tags("nodes", system.nodes), **flag_tags("pipes", system.pipes)}
    return {
        "MAP": [("DIMENSIONS", *dimensions), ("UNITS", "Meters")],
        "COORDINATES": [(name, fixed(x, 3), fixed(y, 3)) for name, (x, y) in places.items()],
        "VERTICES": [(c.model_id, fixed(x, 3), fixed(y, 3)) for c in links.conduits for x, y in c.vertices],
        "POLYGONS": polygons,
        "SYMBOLS": [("RAIN_GAGE", fixed(x0, 3), fixed(y1, 3))],
        "TAGS": [(kinds[e[0]], e[1], tag(e[4]) + notes.get((e[3], e[4]), "")) for e in elements],
    }


def _ring(name: str, geometry: shapely.Geometry) -> Rows:
    """The outline of a subcatchment's largest part: SWMM's map draws one ring each."""
    parts = shapely.get_parts(geometry)
    largest = max(parts, key=lambda p: p.area)
    return [(name, fixed(x, 3), fixed(y, 3)) for x, y in largest.exterior.coords[:-1]]

"""Subcatchments of a model with their permeable paving, and the map of all its elements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat

import shapely

from spongecalc.layers.provenance import flag_tags
from spongecalc.project.settings import SurfaceSettings
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.permeable_paving import PermeablePaving
from spongecalc.surfaces.subcatchment import TO_NODE, Subcatchment
from spongecalc.swmm.first_flush import FlushPart
from spongecalc.swmm.ground_state import READY, GroundState
from spongecalc.swmm.gutters import GutterPart
from spongecalc.swmm.identifiers import model_ids, tag
from spongecalc.swmm.infiltration import control_rows, shares_led, unit_names, usage_row, usage_rows, with_filled
from spongecalc.swmm.inp_text import fixed
from spongecalc.swmm.links import Links
from spongecalc.swmm.nodes import NodePart

Rows = list[tuple[str, ...]]

PAVING_SLOPE_PERCENT = 1.0

NO_GUTTERS: Mapping[str, str] = {}


@dataclass(frozen=True)
class AreaRows:
    """Rows of one subcatchment on ground that is ready for rain.

    ``subcatchment`` begins with a comment that names its feature; ``usage`` has its pavings, of which there are
    ``pavings``, before its other units.
    """

    area: Subcatchment
    subcatchment: Rows
    subarea: tuple[str, ...]
    infiltration: tuple[str, ...]
    usage: Rows
    pavings: int
    element: tuple[str, ...]

    def infiltration_in(self, state: GroundState) -> tuple[str, ...]:
        """The row of INFILTRATION on ground in a state."""
        name, _, *rest = self.infiltration
        return (name, fixed(state.f0_mm_h(self.area), 2), *rest)

    def usage_in(self, state: GroundState) -> Rows:
        """The rows of LID_USAGE on ground in a state."""
        return [
            with_filled(row, state.base_filled if n < self.pavings else state.unit_filled(n - self.pavings))
            for n, row in enumerate(self.usage)
        ]


@dataclass(frozen=True)
class KeptRows:
    """The rows of subcatchments by their place, as they were last made: sets of a sweep change few of them."""

    _made: dict[int, tuple[_Subject, AreaRows]] = field(default_factory=dict)

    def rows(self, place: int, subject: _Subject) -> AreaRows:
        """The rows of the subcatchment at this place."""
        last = self._made.get(place)
        if last is not None and last[0].is_same(subject):
            return last[1]
        made = subject.rows()
        self._made[place] = (subject, made)
        return made


@dataclass(frozen=True)
class _Subject:
    """A subcatchment with all else that its rows say.

    ``paving`` are the control and the node of the underdrain (as the model names them) of each kind of paving in
    it, ``units`` the controls by facility of the units in it.
    """

    area: Subcatchment
    name: str
    outlet: str
    paving: tuple[tuple[str, str], ...]
    units: Mapping[str, str]
    run_on_percent: float

    def is_same(self, other: _Subject) -> bool:
        """True where the other is of the very same subcatchment and says the same of it."""
        return self.area is other.area and self == other

    def rows(self) -> AreaRows:
        """Its rows."""
        area, name, mix = self.area, self.name, self.area.mix
        usage = self._paving_usage()
        pavings = len(usage)
        if area.units:
            led = self.run_on_percent if area.paving_m2 and not area.paving_run_on.area_m2 else 0.0
            usage.extend(usage_rows(name, area, self.units, led))
        return AreaRows(
            area,
            [
                (f";{tag(area.feature_id)} ({area.store or area.kind})",),
                (
                    name,
                    "RAIN_GAGE",
                    self.outlet,
                    fixed(area.area_m2 / 1e4, 6),
                    fixed(mix.impervious_percent, 2),
                    fixed(area.width_m, 2),
                    fixed(area.slope_percent, 2),
                    "0",
                ),
            ],
            (
                name,
                fixed(mix.n_impervious, 4),
                fixed(mix.n_pervious, 4),
                fixed(mix.storage_impervious_mm, 2),
                fixed(mix.storage_pervious_mm, 2),
                "0",
                "OUTLET",
            ),
            (
                name,
                fixed(READY.f0_mm_h(area), 2),
                fixed(mix.fmin_mm_h, 2),
                fixed(mix.decay_1_h, 2),
                fixed(mix.dry_days, 1),
                "0",
            ),
            usage,
            pavings,
            ("subcatchment", name, area.role, area.layer, area.feature_id, area.community_id),
        )

    def _paving_usage(self) -> Rows:
        """LID_USAGE of the paving in a subcatchment.

        Ground that is known to run on to it is led over the paving that receives; else ``run_on_percent`` of the
        impervious ground over all of it.
        """
        rows: Rows = []
        area = self.area
        run_on, receiving_m2 = area.paving_run_on, area.receiving_m2
        for (paving, paved_m2), (control, drain) in zip(area.paving_m2.items(), self.paving, strict=True):
            if run_on.area_m2 > 0:
                part = paved_m2 / receiving_m2 if paving.receives else 0.0
                led = shares_led(area, run_on.impervious_m2 * part, run_on.pervious_m2 * part)
            else:
                led = (self.run_on_percent * paved_m2 / sum(area.paving_m2.values()), 0.0)
            size = (paved_m2, area.width_m)
            rows.append(usage_row(self.name, control, size, led, drain))
        return rows


@dataclass(frozen=True)
class GroundRows:
    """Rows of the subcatchments of a model in their order, and of the controls of the LID units in them."""

    areas: tuple[AreaRows, ...]
    controls: Rows

    @property
    def elements(self) -> list[tuple[str, ...]]:
        """The elements of the model, in the order of areas."""
        return [area.element for area in self.areas]

    def sections(self, states: Sequence[GroundState] = ()) -> dict[str, Rows]:
        """SUBCATCHMENTS, SUBAREAS, INFILTRATION and the LID sections.

        ``states`` are those in which the areas begin, one for each; without them soil has recovered and bases are
        empty.
        """
        begun = list(zip(self.areas, states or repeat(READY, len(self.areas)), strict=True))
        return {
            "SUBCATCHMENTS": [row for area in self.areas for row in area.subcatchment],
            "SUBAREAS": [area.subarea for area in self.areas],
            "INFILTRATION": [area.infiltration_in(state) for area, state in begun],
            "LID_CONTROLS": self.controls,
            "LID_USAGE": [row for area, state in begun for row in area.usage_in(state)],
        }


def ground_rows(
    areas: Sequence[Subcatchment],
    ids: Mapping[str, str],
    settings: SurfaceSettings,
    gutters: Mapping[str, str] = NO_GUTTERS,
    kept: KeptRows | None = None,
) -> GroundRows:
    """Rows of subcatchments and of the LID units in them.

    SWMM takes the share of impervious ground as that of the area outside of LID units, and wants that area: so
    the whole area is stated, and the paving in it as a LID unit of its own area. Ground that runs on to a lawn
    has the lawn's subcatchment as its outlet. ``gutters`` are model ids by the node whose ground they take
    instead. ``kept`` are rows of other models of the same system.
    """
    names = model_ids([a.name for a in areas], "S_")
    controls = {p: f"PAVING_{i + 1}" for i, p in enumerate(sorted({p for a in areas for p in a.paving_m2}))}
    unit_controls = unit_names(areas)
    of_areas = kept or KeptRows()
    made = []
    for place, area in enumerate(areas):
        if area.runs_on_to:
            outlet = names[area.runs_on_to]
        elif area.kind == TO_NODE and area.outlet_node in gutters:
            outlet = gutters[area.outlet_node]
        else:
            outlet = ids[area.outlet_node]
        subject = _Subject(
            area,
            names[area.name],
            outlet,
            tuple((controls[p], ids[p.drains_to] if p.drains_to else "") for p in area.paving_m2),
            {u.facility_id: unit_controls[u.facility_id] for u in area.units},
            settings.run_on_percent or 0.0,
        )
        made.append(of_areas.rows(place, subject))
    units = {u.facility_id: u.unit for a in areas for u in a.units}
    of_units = [row for unit, control in unit_controls.items() for row in control_rows(control, units[unit])]
    of_pavings = [row for paving, control in controls.items() for row in _control(control, paving)]
    return GroundRows(tuple(made), [*of_pavings, *of_units])


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

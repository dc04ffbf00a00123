"""Pumps, weirs, orifices and outlets of the layers, as SWMM's links."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from spongecalc.catalogue.pipe_section import CIRCULAR
from spongecalc.catalogue.point_pairs import Points, known_pairs
from spongecalc.catalogue.structure_form import ORIFICE, OUTLET, PUMP, SWMM_FORM, WEIR, form_taken
from spongecalc.layers.finding import Finding, finding_at
from spongecalc.scenario import DrainageSystem
from spongecalc.swmm.basin_outlet import ORIFICE_COEFFICIENT
from spongecalc.swmm.identifiers import tag
from spongecalc.swmm.inp_text import fixed
from spongecalc.swmm.rising_main import duty_head_m

Rows = list[tuple[str, ...]]

SECTIONS = ("PUMPS", "ORIFICES", "WEIRS", "OUTLETS", "XSECTIONS", "CURVES")

# Q = C b h^1.5 over a broad crest: 0.385 (2 g)^0.5; a notch of 90 degrees: 8/15 x 0.585 x (2 g)^0.5.
CREST_COEFFICIENT, NOTCH_COEFFICIENT = 1.7, 1.38
# Of a power outlet that names no exponent: that of an orifice.
POWER_EXPONENT = 0.5
# A pump whose flow goes by depth pumps it at all depths between these.
DEEPEST_M = 100.0
# Parts of the design flow at which a centrifugal pump's curve is drawn; it ends at twice the flow, without head.
CURVE_PARTS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0)


@dataclass(frozen=True)
class StructurePart:
    """Rows of PUMPS, WEIRS, ORIFICES, OUTLETS, XSECTIONS and CURVES, the elements and what was found."""

    sections: Mapping[str, Rows]
    elements: Rows
    findings: tuple[Finding, ...]


def pump_curve(flow_l_s: float, head_m: float) -> Points:
    """Return the curve of a centrifugal pump through its design point, by rising head.

    Parameters
    ----------
    flow_l_s, head_m
        The design point.

    Returns
    -------
    Points (head in m, flow in l/s) of H = H0 (4/3 - (Q / Q0)^2 / 3): a third more head without flow, twice the
    flow without head.

    References
    ----------
    Rossman (2000), EPANET 2 Users Manual, section 3.2, on pump curves of a single point.
    """
    return tuple(
        (max(head_m * (4 - part**2) / 3, 0.0), part * flow_l_s) for part in sorted(CURVE_PARTS, reverse=True)
    )


def structure_names(system: DrainageSystem, taken: Collection[str]) -> dict[str, str]:
    """Return what each structure is called among a model's links, by its id.

    A pump may have the id of a pipe, as each layer has ids of its own; in a model both are links.

    Parameters
    ----------
    system
        The drainage system.
    taken
        Names of the links that are no structures.
    """
    if system.structures.empty:
        return {}
    others = frozenset(taken)
    return {s: f"{s} (structure)" if s in others else s for s in system.structures["structure_id"]}


def structure_part(
    system: DrainageSystem,
    names: Mapping[str, str],
    upper: Mapping[str, str],
    end_at: Callable[[str], str],
    *,
    as_recorded: bool = False,
) -> StructurePart:
    """Return the links of a system's structures.

    Parameters
    ----------
    system
        The drainage system.
    names
        Model ids by structure id.
    upper
        Model ids by node id, of the nodes that links begin at.
    end_at
        Gives the model id of the node for one more link that ends at a node of the layers.
    as_recorded
        True leaves a pump whose head is not known the flow that is recorded, also into a closed main, where SWMM
        does not keep its balance.
    """
    rows: dict[str, Rows] = {
        name: [] for name in ("PUMPS", "ORIFICES", "WEIRS", "OUTLETS", "XSECTIONS", "CURVES")
    }
    elements: Rows = []
    findings: list[Finding] = []
    if system.structures.empty:
        return StructurePart(rows, elements, ())
    nodes = {row.node_id: row for row in system.nodes.itertuples()}
    for row in system.structures.sort_values("structure_id").itertuples():
        node = nodes.get(row.from_node)
        if node is None or row.to_node not in nodes:
            continue
        head_m = float(row.head_m)
        steady = row.kind == PUMP and not known_pairs(row.curve) and not head_m > 0 and row.form != "ideal"
        if steady and not as_recorded:
            stops_m = float(node.invert_m if math.isnan(row.off_level_m) else row.off_level_m)
            middle_m = stops_m if math.isnan(row.on_level_m) else (stops_m + float(row.on_level_m)) / 2
            head_m = duty_head_m(system, row.to_node, middle_m, float(row.flow_l_s))
            if head_m > 0:
                words = {"head": f"{head_m:.2f}", "flow": f"{row.flow_l_s:g}"}
                findings.append(finding_at("pump.head_assumed", "structures", row, **words))
                row = row._replace(head_m=head_m, form="head_flow")  # noqa: PLW2901
        link = _Link(row, node, names[row.structure_id], (upper[row.from_node], end_at(row.to_node)))
        link.write(rows)
        findings.extend(link.findings)
        elements.append(("link", link.name, row.kind, "structures", row.structure_id, row.community_id))
    return StructurePart(rows, elements, tuple(findings))


class _Link:
    """One structure as it is written; what it takes for what is not given becomes findings."""

    def __init__(self, row: Any, node: Any, name: str, ends: tuple[str, str]) -> None:
        self.row, self.node, self.name, self.ends = row, node, name, ends
        self.points = known_pairs(row.curve)
        self.form = form_taken(row.kind, row.form, curve=bool(self.points), head=row.head_m > 0)
        self.findings: list[Finding] = []

    def write(self, rows: dict[str, Rows]) -> None:
        """Add its rows."""
        kind = self.row.kind
        section = {PUMP: "PUMPS", WEIR: "WEIRS", ORIFICE: "ORIFICES", OUTLET: "OUTLETS"}[kind]
        rows[section].append((f";{tag(self.row.structure_id)} ({kind})",))
        own = {PUMP: self._pump, WEIR: self._weir, ORIFICE: self._orifice, OUTLET: self._outlet}[kind]
        rows[section].append((self.name, *self.ends, *own(rows)))

    def _taken(self, column: str, value: float, digits: int = 2) -> float:
        """A column's number, or what is taken for it, which is told."""
        given = float(getattr(self.row, column))
        if not math.isnan(given):
            return given
        words = {"column": column, "value": fixed(value, digits)}
        self.findings.append(finding_at("structure.assumed", "structures", self.row, **words))
        return value

    def _curve(self, rows: dict[str, Rows], kind: str, points: Points, times: float = 1.0) -> str:
        name = f"{self.name}__CURVE"
        kinds = [kind, *[""] * len(points)]
        for first, (x, y) in zip(kinds, points, strict=False):
            rows["CURVES"].append((name, first, _plain(x), _plain(y * times)))
        return name

    def _pump(self, rows: dict[str, Rows]) -> tuple[str, ...]:
        row, floor_m = self.row, float(self.node.invert_m)
        duty = max(1.0, _or(row.duty, 1.0))
        levels = not math.isnan(row.on_level_m)
        off_m = floor_m if math.isnan(row.off_level_m) else float(row.off_level_m)
        depths = (fixed(row.on_level_m - floor_m if levels else 0.0, 3), fixed(max(off_m - floor_m, 0.0), 3))
        running = "ON" if row.running == "yes" or (row.running != "no" and not levels) else "OFF"
        if self.form == "ideal":
            return ("*", running, *depths)
        points = self.points
        if not points:
            flow_l_s = float(row.flow_l_s)
            points = (
                pump_curve(flow_l_s, float(row.head_m))
                if self.form in ("head_flow", "variable_speed") and row.head_m > 0
                else ((0.0, flow_l_s), (DEEPEST_M, flow_l_s))
            )
        curve = self._curve(rows, SWMM_FORM[PUMP][self.form].capitalize(), points, duty)
        return (curve, running, *depths)

    def _weir(self, rows: dict[str, Rows]) -> tuple[str, ...]:
        row, form = self.row, self.form
        crest_m = self._taken("crest_m", float(self.node.invert_m))
        height_m = row.height_mm / 1000
        if math.isnan(height_m):
            height_m = self._taken("height_mm", max(1000 * (float(self.node.ground_m) - crest_m), 10.0), 0) / 1000
        width_m, slope = _or(row.width_mm, 0.0) / 1000, _or(row.side_slope, 0.0)
        notch = form == "v_notch"
        coefficient = self._taken("coefficient", NOTCH_COEFFICIENT if notch else CREST_COEFFICIENT)
        shapes = {
            "v_notch": ("TRIANGULAR", height_m, 2 * height_m * slope, 0.0, 0.0),
            "trapezoidal": ("TRAPEZOIDAL", height_m, width_m, slope, slope),
        }
        shape, *measures = shapes.get(form, ("RECT_OPEN", height_m, width_m, 0.0, 0.0))
        rows["XSECTIONS"].append((self.name, shape, *(_plain(m) for m in measures)))
        words = (SWMM_FORM[WEIR][form], fixed(crest_m, 3), _plain(coefficient), _gate(row))
        ends = (_plain(_or(row.end_contractions, 0.0)), _plain(_or(row.end_coefficient, 0.0)))
        surcharges = "NO" if row.surcharges == "no" else "YES"
        if form == "roadway":
            road = (_plain(_or(row.road_width_m, 0.0)), "GRAVEL" if row.road_surface == "gravel" else "PAVED")
        else:
            road = ("*", "*")
        curve = (self._curve(rows, "Weir", self.points),) if self.points else ()
        more = (*road, *curve) if curve or form == "roadway" else ()
        return (*words, *ends, surcharges, *more)

    def _orifice(self, rows: dict[str, Rows]) -> tuple[str, ...]:
        row = self.row
        crest_m = self._taken("crest_m", float(self.node.invert_m))
        coefficient = self._taken("coefficient", ORIFICE_COEFFICIENT)
        if row.diameter_mm > 0:
            section = (CIRCULAR.upper(), _plain(row.diameter_mm / 1000), "0", "0", "0")
        else:
            section = ("RECT_CLOSED", _plain(row.height_mm / 1000), _plain(row.width_mm / 1000), "0", "0")
        rows["XSECTIONS"].append((self.name, *section))
        words = (SWMM_FORM[ORIFICE][self.form], fixed(crest_m, 3), _plain(coefficient), _gate(row))
        return (*words, _plain(_or(row.closing_h, 0.0)))

    def _outlet(self, rows: dict[str, Rows]) -> tuple[str, ...]:
        row = self.row
        crest_m = self._taken("crest_m", float(self.node.invert_m))
        kind = f"{SWMM_FORM[OUTLET][self.form]}/{'HEAD' if row.rated_by == 'head' else 'DEPTH'}"
        if self.form == "table":
            rating: tuple[str, ...] = (self._curve(rows, "Rating", self.points),)
        else:
            rating = (_plain(float(row.coefficient)), _plain(self._taken("exponent", POWER_EXPONENT)))
        return (fixed(crest_m, 3), kind, *rating, _gate(row))


def _or(value: float, other: float) -> float:
    """A number, or another where it is not given."""
    return other if math.isnan(value) else float(value)


def _plain(value: float) -> str:
    """A number without noughts behind it, to ten digits."""
    return f"{value:.10g}"


def _gate(row: Any) -> str:
    return "YES" if row.flap_gate == "yes" else "NO"

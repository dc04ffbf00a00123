"""Small models of one element each, in metres and l/s or in feet and US flow units: made input files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from spongecalc.catalogue.flow_unit import FOOT_M, LITRES_PER_SECOND, in_feet


@dataclass(frozen=True)
class Units:
    """Writes figures in m, m2, m3 and l/s in a model's own units."""

    flow_unit: str

    @property
    def foot(self) -> float:
        return FOOT_M if in_feet(self.flow_unit) else 1.0

    def m(self, value: float) -> str:
        return f"{value / self.foot:.8g}"

    def m2(self, value: float) -> str:
        return f"{value / self.foot**2:.8g}"

    def m3(self, value: float) -> str:
        return f"{value / self.foot**3:.8g}"

    def root(self, value: float) -> str:
        return f"{value / self.foot**0.5:.8g}"

    def q(self, value: float) -> str:
        return f"{value / LITRES_PER_SECOND[self.flow_unit]:.8g}"

    def mm(self, value: float) -> str:
        return f"{value / (25.4 if in_feet(self.flow_unit) else 1.0):.8g}"


Part = Callable[[Units], dict[str, list[str]]]
"""Lines by section that make the element: they go before those of the base with the same first word."""


def model(part: Part, flow_unit: str = "LPS") -> str:
    """J1 - C1 - J2 - C2 - O1 with an inflow at J1 that rises to 120 l/s within an hour, and the part."""
    u = Units(flow_unit)
    base: dict[str, list[str]] = {
        "OPTIONS": [
            f"FLOW_UNITS {flow_unit}",
            "FLOW_ROUTING DYNWAVE",
            "START_DATE 01/01/2020",
            "START_TIME 00:00:00",
            "END_DATE 01/01/2020",
            "END_TIME 04:00:00",
            "REPORT_STEP 00:01:00",
            "ROUTING_STEP 2",
            "VARIABLE_STEP 0.75",
            "ALLOW_PONDING YES",
        ],
        "JUNCTIONS": [f"J1 {u.m(100)} {u.m(3)}", f"J2 {u.m(99.8)} {u.m(3)}"],
        "OUTFALLS": [f"O1 {u.m(99.5)} FREE"],
        "CONDUITS": [
            f"C1 J1 J2 {u.m(100)} 0.013 0 0",
            f"C2 J2 O1 {u.m(120)} 0.013 0 0",
        ],
        "XSECTIONS": [f"C1 CIRCULAR {u.m(0.6)} 0 0 0", f"C2 CIRCULAR {u.m(0.6)} 0 0 0"],
        "INFLOWS": ["J1 FLOW WAVE FLOW 1 1"],
        "TIMESERIES": [f"WAVE 0 {u.q(10)}", f"WAVE 1 {u.q(120)}", f"WAVE 2 {u.q(10)}", f"WAVE 4 {u.q(10)}"],
    }
    # A heading has to follow TRANSECTS: the engine works out the last of them then.
    parts = {**part(u), "REPORT": ["INPUT NO"]}
    for section, lines in parts.items():
        own = {line.split()[0] for line in lines}
        kept = [line for line in base.get(section, []) if line.split()[0] not in own]
        base[section] = [*kept, *lines]
    return "\n".join("\n".join([f"[{section}]", *lines, ""]) for section, lines in base.items())


def _section(line: Callable[[Units], str], **more: Callable[[Units], list[str]]) -> Part:
    return lambda u: {"XSECTIONS": [f"C2 {line(u)}"], **{name: rows(u) for name, rows in more.items()}}


def _store(shape: Callable[[Units], str], **more: Callable[[Units], list[str]]) -> Part:
    """J2 is a storage of 3 m that an orifice empties."""
    return lambda u: {
        "JUNCTIONS": [f"J3 {u.m(99.7)} {u.m(3)}"],
        "STORAGE": [f"S1 {u.m(99.0)} {u.m(3)} 0 {shape(u)}"],
        "CONDUITS": [f"C1 J1 S1 {u.m(100)} 0.013 0 {u.m(1)}", f"C2 J3 O1 {u.m(120)} 0.013 0 0"],
        "ORIFICES": [f"R1 S1 J3 SIDE {u.m(0.7)} 0.65 NO 0"],
        "XSECTIONS": [f"R1 CIRCULAR {u.m(0.25)} 0 0 0"],
        **{name: rows(u) for name, rows in more.items()},
    }


def _between(
    section: str,
    line: Callable[[Units], str],
    opening: Callable[[Units], str] | None = None,
    **more: Callable[[Units], list[str]],
) -> Part:
    """A structure R1 leads from the storage S1 to J3."""

    def part(u: Units) -> dict[str, list[str]]:
        made = _store(lambda u: f"FUNCTIONAL 0 0 {u.m2(150)}")(u)
        del made["ORIFICES"]
        made["XSECTIONS"] = [f"R1 {opening(u)}"] if opening else []
        made[section] = [f"R1 S1 J3 {line(u)}"]
        return {**made, **{name: rows(u) for name, rows in more.items()}}

    return part


def _pump(kind: str, pairs: Callable[[Units], list[tuple[str, str]]], rest: str = "ON 0 0") -> Part:
    return _between(
        "PUMPS",
        lambda _: f"PC {rest}",
        CURVES=lambda u: [f"PC {kind if n == 0 else ''} {x} {y}" for n, (x, y) in enumerate(pairs(u))],
    )


def _outfall(line: Callable[[Units], str], **more: Callable[[Units], list[str]]) -> Part:
    return lambda u: {"OUTFALLS": [f"O1 {u.m(99.5)} {line(u)}"], **{n: rows(u) for n, rows in more.items()}}


ELEMENTS: dict[str, Part] = {
    "pipe": lambda _: {},
    "barrels": _section(lambda u: f"CIRCULAR {u.m(0.4)} 0 0 0 2"),
    "force_main": _section(lambda u: f"FORCE_MAIN {u.m(0.35)} 120 0 0"),
    "silt": _section(lambda u: f"FILLED_CIRCULAR {u.m(0.6)} {u.m(0.1)} 0 0"),
    "egg": _section(lambda u: f"EGG {u.m(0.7)} 0 0 0"),
    "box": _section(lambda u: f"RECT_CLOSED {u.m(0.5)} {u.m(0.8)} 0 0"),
    "open_box": _section(lambda u: f"RECT_OPEN {u.m(0.8)} {u.m(0.6)} 0 0"),
    "open_box_no_sides": _section(lambda u: f"RECT_OPEN {u.m(0.8)} {u.m(0.6124)} 2 0"),
    "open_box_one_side": _section(lambda u: f"RECT_OPEN {u.m(0.8)} {u.m(0.6)} 1 0"),
    "trapezoid": _section(lambda u: f"TRAPEZOIDAL {u.m(1)} {u.m(0.5)} 1.5 2"),
    "triangle": _section(lambda u: f"TRIANGULAR {u.m(1)} {u.m(2)} 0 0"),
    "horseshoe": _section(lambda u: f"HORSESHOE {u.m(0.8)} 0 0 0"),
    "ellipse": _section(lambda u: f"HORIZ_ELLIPSE {u.m(0.5)} {u.m(0.8)} 0 0"),
    "rect_triangular": _section(lambda u: f"RECT_TRIANGULAR {u.m(0.8)} {u.m(0.6)} {u.m(0.2)} 0"),
    "power": _section(lambda u: f"POWER {u.m(0.8)} {u.m(0.9)} 2 0"),
    "irregular": _section(
        lambda _: "IRREGULAR T1",
        TRANSECTS=lambda u: [
            "NC 0.03 0.03 0.02",
            f"X1 T1 5 {u.m(1)} {u.m(3)} 0 0 0 0 0",
            f"GR {u.m(1)} 0 {u.m(0.4)} {u.m(1)} 0 {u.m(2)} {u.m(0.4)} {u.m(3)} {u.m(1)} {u.m(4)}",
        ],
    ),
    "custom": _section(
        lambda u: f"CUSTOM {u.m(0.8)} SH 0 0",
        CURVES=lambda _: ["SH SHAPE 0 0.5", "SH 0.5 1", "SH 1 0.8"],
    ),
    "street_inlet": lambda u: (
        {
            "XSECTIONS": ["C1 STREET ST", f"C2 CIRCULAR {u.m(0.6)} 0 0 0"],
            "STREETS": [f"ST {u.m(5)} {u.m(0.15)} 2 0.015 {u.m(0.03)} {u.m(0.5)} 2 0 0 0"],
            "INLETS": [f"IN GRATE {u.m(0.8)} {u.m(0.5)} P_BAR-50"],
            "INLET_USAGE": [f"C1 IN J3 2 10 {u.q(60)} 0 0 ON_GRADE"],
            "JUNCTIONS": [f"J3 {u.m(97)} {u.m(5)}"],
            "OUTFALLS": [f"O1 {u.m(99.5)} FREE", f"O2 {u.m(96.5)} FREE"],
            "CONDUITS": [
                f"C1 J1 J2 {u.m(100)} 0.013 0 0",
                f"C2 J2 O1 {u.m(120)} 0.013 0 0",
                f"C3 J3 O2 {u.m(50)} 0.013 0 0",
            ],
        }
        | {"XSECTIONS": ["C1 STREET ST", f"C2 CIRCULAR {u.m(0.6)} 0 0 0", f"C3 CIRCULAR {u.m(0.4)} 0 0 0"]}
    ),
    "losses": lambda u: {"LOSSES": [f"C2 0.5 1 0.3 YES {u.mm(200)}"]},
    "flow_limit": lambda u: {"CONDUITS": [f"C2 J2 O1 {u.m(120)} 0.013 0 0 {u.q(20)} {u.q(80)}"]},
    "offsets": lambda u: {"CONDUITS": [f"C2 J2 O1 {u.m(120)} 0.013 {u.m(0.3)} {u.m(0.1)}"]},
    "surcharge": lambda u: {
        "JUNCTIONS": [f"J1 {u.m(100)} {u.m(1)} {u.m(0.1)} {u.m(2)} 0"],
        "XSECTIONS": [f"C1 CIRCULAR {u.m(0.25)} 0 0 0"],
    },
    "ponding": lambda u: {
        "JUNCTIONS": [f"J1 {u.m(100)} {u.m(1)} 0 0 {u.m2(300)}"],
        "XSECTIONS": [f"C1 CIRCULAR {u.m(0.25)} 0 0 0"],
    },
    "no_depth": lambda u: {"JUNCTIONS": [f"J2 {u.m(99.8)} 0"]},
    "divider": lambda u: {
        "DIVIDERS": [f"J3 {u.m(99.9)} C3 CUTOFF {u.q(10)} {u.m(3)} 0 0 0"],
        "CONDUITS": [f"C1 J1 J3 {u.m(50)} 0.013 0 0", f"C3 J3 J2 {u.m(50)} 0.013 0 0"],
        "XSECTIONS": [f"C3 CIRCULAR {u.m(0.6)} 0 0 0"],
    },
    "dry_flow": lambda u: {
        "DWF": [f"J2 FLOW {u.q(25)} PM PH"],
        "PATTERNS": ["PM MONTHLY " + " ".join(["1.1"] * 12), "PH HOURLY " + " ".join(["0.8", "1.2"] * 12)],
    },
    "inflow_pattern": lambda u: {
        "INFLOWS": [f"J1 FLOW WAVE FLOW 1 0.9 {u.q(5)} PH"],
        "PATTERNS": ["PH HOURLY " + " ".join(["0.8", "1.2"] * 12)],
    },
    "storage_constant": _store(lambda u: f"FUNCTIONAL 0 0 {u.m2(150)}"),
    "storage_root": _store(lambda u: f"FUNCTIONAL {float(u.m2(80)) * u.foot**0.5:.8g} 0.5 {u.m2(20)}"),
    "storage_function": _store(lambda u: f"FUNCTIONAL {float(u.m2(80)) * u.foot**0.7:.8g} 0.7 {u.m2(60)}"),
    "storage_table": _store(
        lambda _: "TABULAR SC 0 0",
        CURVES=lambda u: [f"SC STORAGE 0 {u.m2(50)}", f"SC {u.m(1)} {u.m2(150)}", f"SC {u.m(3)} {u.m2(200)}"],
    ),
    "storage_cylinder": _store(lambda u: f"CYLINDRICAL {u.m(14)} {u.m(12)} 0"),
    "storage_cone": _store(lambda u: f"CONICAL {u.m(8)} {u.m(6)} 2"),
    "storage_paraboloid": _store(lambda u: f"PARABOLIC {u.m(20)} {u.m(16)} {u.m(3)}"),
    "storage_pyramid": _store(lambda u: f"PYRAMIDAL {u.m(10)} {u.m(8)} 1.5"),
    "storage_seepage": _store(lambda u: f"FUNCTIONAL 0 0 {u.m2(150)} 0 0 {u.mm(100)}"),
    "pump_ideal": _between("PUMPS", lambda _: "* ON"),
    "pump1": _pump("PUMP1", lambda u: [(u.m3(50), u.q(20)), (u.m3(150), u.q(60)), (u.m3(300), u.q(90))]),
    "pump2": _pump("PUMP2", lambda u: [(u.m(0.5), u.q(20)), (u.m(1), u.q(60)), (u.m(3), u.q(90))]),
    "pump3": _pump("PUMP3", lambda u: [(u.m(0), u.q(90)), (u.m(0.8), u.q(60)), (u.m(1.5), u.q(10))]),
    "pump4": _pump("PUMP4", lambda u: [(u.m(0), u.q(0)), (u.m(1), u.q(60)), (u.m(3), u.q(90))]),
    "pump_levels": _between(
        "PUMPS",
        lambda u: f"PC OFF {u.m(1.2)} {u.m(0.4)}",
        CURVES=lambda u: [f"PC PUMP2 {u.m(0.5)} {u.q(50)}", f"PC {u.m(3)} {u.q(90)}"],
    ),
    "orifice_side": _between(
        "ORIFICES", lambda u: f"SIDE {u.m(0.7)} 0.65 NO 0", lambda u: f"CIRCULAR {u.m(0.3)} 0 0 0"
    ),
    "orifice_bottom": _between(
        "ORIFICES", lambda u: f"BOTTOM {u.m(0.7)} 0.6 YES 0", lambda u: f"RECT_CLOSED {u.m(0.2)} {u.m(0.3)} 0 0"
    ),
    "orifice_rule": _between(
        "ORIFICES",
        lambda u: f"SIDE {u.m(0.7)} 0.65 NO 0.5",
        lambda u: f"CIRCULAR {u.m(0.3)} 0 0 0",
        CONTROLS=lambda u: [
            "RULE FULL",
            f"IF NODE s1 DEPTH > {u.m(1)}",
            f"AND LINK C1 FLOW > {u.q(20)}",
            "THEN ORIFICE r1 SETTING = 0.4",
            "ELSE ORIFICE R1 SETTING = 1.0",
            "PRIORITY 1",
        ],
    ),
    "weir": _between(
        "WEIRS",
        lambda u: f"TRANSVERSE {u.m(0.8)} {u.root(1.8)} NO 1 0 NO",
        lambda u: f"RECT_OPEN {u.m(0.6)} {u.m(0.5)} 0 0",
    ),
    "weir_side": _between(
        "WEIRS",
        lambda u: f"SIDEFLOW {u.m(0.8)} {u.root(1.8)} NO 0 0 YES",
        lambda u: f"RECT_OPEN {u.m(0.6)} {u.m(0.5)} 0 0",
    ),
    "weir_notch": _between(
        "WEIRS",
        lambda u: f"V-NOTCH {u.m(0.8)} {u.root(1.4)} NO 0 0 YES",
        lambda u: f"TRIANGULAR {u.m(0.8)} {u.m(1.2)} 0 0",
    ),
    "weir_trapezoid": _between(
        "WEIRS",
        lambda u: f"TRAPEZOIDAL {u.m(0.8)} {u.root(1.8)} NO 0 {u.root(1.4)} YES",
        lambda u: f"TRAPEZOIDAL {u.m(0.6)} {u.m(0.3)} 0.5 0.5",
    ),
    "weir_road": _between(
        "WEIRS",
        lambda u: f"ROADWAY {u.m(0.8)} {u.root(1.6)} NO 0 0 NO {u.m(6)} GRAVEL",
        lambda u: f"RECT_OPEN {u.m(0.6)} {u.m(0.8)} 0 0",
    ),
    "weir_curve": _between(
        "WEIRS",
        lambda u: f"TRANSVERSE {u.m(0.8)} {u.root(1.8)} NO 0 0 YES * * WC",
        lambda u: f"RECT_OPEN {u.m(0.6)} {u.m(0.5)} 0 0",
        CURVES=lambda u: [f"WC WEIR 0 {u.root(1.5)}", f"WC {u.m(0.5)} {u.root(1.9)}"],
    ),
    "outlet_table": _between(
        "OUTLETS",
        lambda u: f"{u.m(0.7)} TABULAR/DEPTH OC NO",
        CURVES=lambda u: ["OC RATING 0 0", f"OC {u.m(0.5)} {u.q(40)}", f"OC {u.m(2)} {u.q(90)}"],
    ),
    "outlet_head": _between(
        "OUTLETS",
        lambda u: f"{u.m(0.7)} TABULAR/HEAD OC YES",
        CURVES=lambda u: ["OC RATING 0 0", f"OC {u.m(0.5)} {u.q(40)}", f"OC {u.m(2)} {u.q(90)}"],
    ),
    "outlet_power": _between(
        "OUTLETS", lambda u: f"{u.m(0.7)} FUNCTIONAL/DEPTH {float(u.q(60)) * u.foot**0.5:.8g} 0.5 NO"
    ),
    "outfall_normal": _outfall(lambda _: "NORMAL NO"),
    "outfall_fixed": _outfall(lambda u: f"FIXED {u.m(100.2)} YES"),
    "outfall_tide": _outfall(
        lambda _: "TIDAL TC YES",
        CURVES=lambda u: [f"TC TIDAL 0 {u.m(99.6)}", f"TC 2 {u.m(100.3)}", f"TC 24 {u.m(99.6)}"],
    ),
    "outfall_series": _outfall(
        lambda _: "TIMESERIES LV NO",
        TIMESERIES=lambda u: [
            *(f"WAVE {h} {u.q(v)}" for h, v in ((0, 10), (1, 120), (2, 10), (4, 10))),
            f"LV 0:00 {u.m(99.6)}",
            f"LV 2:00 {u.m(100.3)}",
            f"LV 4:00 {u.m(99.7)}",
        ],
    ),
}
"""A part for each kind of element."""

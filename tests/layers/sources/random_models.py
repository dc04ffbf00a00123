"""Random SWMM input files with all sections, and what each was made to hold."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

type Lines = dict[str, list[str]]


@dataclass
class Made:
    """A model as it is put together: lines by section, and the names of the objects in each."""

    lines: Lines = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)

    def add(self, section: str, name: str, *lines: str) -> None:
        self.lines.setdefault(section, []).extend(lines)
        known = self.names.setdefault(section, [])
        if name.lower() not in {n.lower() for n in known}:
            known.append(name)

    def text(self) -> str:
        return "\n".join("\n".join([f"[{section}]", *own, ""]) for section, own in self.lines.items())


@st.composite
def models(draw: st.DrawFn) -> Made:
    """Draw a model in which any section may stand, some of its objects named by others and some not."""
    made = Made()
    some = st.integers(0, 2)
    number = st.floats(0.1, 50).map(lambda v: f"{v:.3f}")

    def case(name: str) -> str:
        """A name as a reference may spell it."""
        return draw(st.sampled_from((name, name.lower())))

    unit = draw(st.sampled_from(("LPS", "CMS", "CFS", "MGD")))
    made.add("TITLE", "#1", "A model, made at random; for a test")
    made.lines["TITLE"][0] = "A model made at random"
    for key, value in (
        ("FLOW_UNITS", unit),
        ("LINK_OFFSETS", draw(st.sampled_from(("DEPTH", "ELEVATION")))),
        ("START_DATE", "01/01/2020"),
    ):
        made.add("OPTIONS", key, f"{key} {value}")
    nodes = _nodes(draw, made, some, number)
    links = _links(draw, made, nodes, some, case)
    _ground(draw, made, nodes, some, case)
    _waters(draw, made, nodes, number, case)
    _rules(draw, made, nodes, links, some, case)
    for section, names in (
        ("RAINGAGES", ("RG INTENSITY 0:05 1 TIMESERIES TS0",)),
        ("EVAPORATION", ("CONSTANT 0",)),
        ("TEMPERATURE", ("WINDSPEED MONTHLY 0",)),
        ("AQUIFERS", ("AQ 0.5 0.15 0.3 5 10 15 0.35 14 0.002 0 0 0.3",)),
        ("SNOWPACKS", ("SP PLOWABLE 0.1",)),
        ("POLLUTANTS", ("TSS MG/L 0 0 0 0",)),
        ("LANDUSES", ("Homes 0 0 0",)),
        ("LID_CONTROLS", ("LID1 BC",)),
        ("HYDROGRAPHS", ("UH RG",)),
        ("SYMBOLS", ("RG 0 0",)),
        ("REPORT", ("INPUT NO",)),
        ("MAP", ("UNITS Meters",)),
        ("FOREIGN", ("Anything at all",)),
    ):
        for line in names:
            if draw(st.booleans()):
                made.add(section, line.split()[0], line)
    for section, line, name in (
        ("FILES", "USE RAINFALL rain.txt", "USE RAINFALL"),
        ("LABELS", '0 0 "A label"', "#1"),
        ("EVENTS", "01/01/2020 0:00 01/01/2020 1:00", "#1"),
        ("BUILDUP", "Homes TSS EXP 1 1 1 AREA", "Homes TSS"),
        ("WASHOFF", "Homes TSS EMC 1 1 0 0", "Homes TSS"),
        ("ADJUSTMENTS", "RAINFALL 1 1 1 1 1 1 1 1 1 1 1 1", "RAINFALL 1"),
    ):
        if draw(st.booleans()):
            made.add(section, name, line)
    return made


def _nodes(
    draw: st.DrawFn, made: Made, some: st.SearchStrategy[int], number: st.SearchStrategy[str]
) -> list[str]:
    nodes = []
    for kind, line in (
        ("JUNCTIONS", lambda n: f"{n} {draw(number)} {draw(number)}"),
        (
            "OUTFALLS",
            lambda n: (
                f"{n} 1 {draw(st.sampled_from(('FREE', 'NORMAL', 'FIXED 2', 'TIDAL TD', 'TIMESERIES TS1')))}"
            ),
        ),
        (
            "STORAGE",
            lambda n: (
                f"{n} 1 3 0 {draw(st.sampled_from(('FUNCTIONAL 10 0.5 5', 'TABULAR SC', 'CONICAL 5 4 2')))}"
            ),
        ),
        ("DIVIDERS", lambda n: f"{n} 1 * OVERFLOW 2"),
    ):
        for position in range(draw(some) + (kind == "JUNCTIONS")):
            name = f"{kind[0]}{position}"
            made.add(kind, name, line(name))
            nodes.append(name)
            if draw(st.booleans()):
                made.add("COORDINATES", name, f"{name} {position} 1")
            if draw(st.booleans()):
                made.add("TAGS", f"Node {name}", f"Node {name} old")
    made.add("COORDINATES", "Nobody", "Nobody 1 1")
    for name, kind, rows in (
        ("TD", "TIDAL", ("0 1", "12 2")),
        ("SC", "STORAGE", ("0 10", "3 20")),
        ("Spare", "RATING", ("0 1",)),
    ):
        lines = [f"{name} {kind if n == 0 else ''} {row}" for n, row in enumerate(rows)]
        made.add("CURVES", name, *lines)
    return nodes


def _links(draw, made, nodes, some, case) -> list[str]:  # type: ignore[no-untyped-def]
    links = []
    ends = st.sampled_from(nodes)
    for kind, line, sections in (
        (
            "CONDUITS",
            "{e} 30 0.013 0 0",
            ("CIRCULAR 0.5 0 0 0", "IRREGULAR TR0", "STREET ST0", "CUSTOM 1 SH 0 0", "ARCH 1 2 0 0"),
        ),
        ("PUMPS", "{e} PC ON 0 0", ()),
        ("ORIFICES", "{e} SIDE 0 0.6 NO 0", ("CIRCULAR 0.2 0 0 0",)),
        ("WEIRS", "{e} TRANSVERSE 0 1.8", ("RECT_OPEN 0.2 1 0 0",)),
        ("OUTLETS", "{e} 0 TABULAR/DEPTH RC", ()),
    ):
        for position in range(draw(some)):
            name = f"{kind}{position}"
            links.append(name)
            made.add(kind, name, f"{name} {line.format(e=f'{case(draw(ends))} {draw(ends)}')}")
            if sections:
                made.add("XSECTIONS", name, f"{case(name)} {draw(st.sampled_from(sections))}")
            if draw(st.booleans()):
                made.add("VERTICES", name, f"{name} 1 2", f"{name} 2 2")
            if kind == "CONDUITS" and draw(st.booleans()):
                made.add("LOSSES", name, f"{name} 0.5 0.5 0 YES 0")
            if draw(st.booleans()):
                made.add("TAGS", f"Link {name}", f"Link {name} new")
    made.names["XSECTIONS"] = made.names.get("XSECTIONS", [])
    # Too few items, and a word that is no number.
    if draw(st.booleans()):
        made.add("CONDUITS", "Short", f"Short {nodes[0]} {nodes[0]}")
    if draw(st.booleans()):
        made.add("JUNCTIONS", "Odd", "Odd one")
    for name, kind, row in (("PC", "PUMP2", "1 10"), ("RC", "RATING", "1 10"), ("SH", "SHAPE", "1 1")):
        made.add("CURVES", name, f"{name} {kind} {row}")
    for position in range(2):
        made.add(
            "TRANSECTS", f"TR{position}", "NC 0.03 0.03 0.03", f"X1 TR{position} 2 0 1 0 0 0 0 0", "GR 1 0 0 1"
        )
        made.add("STREETS", f"ST{position}", f"ST{position} 5 0.1 2 0.015")
        made.add("INLETS", f"IN{position}", f"IN{position} CURB 1 0.1")
    if links and draw(st.booleans()):
        made.add("INLET_USAGE", links[0], f"{links[0]} IN0 {case(nodes[0])}")
    return links


def _ground(draw, made, nodes, some, case) -> None:  # type: ignore[no-untyped-def]
    corners = draw(st.integers(0, 4))
    for position in range(draw(some)):
        name = f"S{position}"
        made.add("SUBCATCHMENTS", name, f"{name} RG {case(nodes[0])} 1 50 10 1 0")
        made.add("SUBAREAS", name, f"{name} 0.01 0.1 1 1 25 OUTLET")
        made.add("INFILTRATION", name, f"{name} 3 0.5 4 7 0")
        for x, y in ((0, 0), (0, 1), (1, 1), (1, 0))[:corners]:
            made.add("POLYGONS", name, f"{name} {x} {y}")
        if draw(st.booleans()):
            made.add("GROUNDWATER", name, f"{name} AQ {nodes[0]} 0 0 0 0 0 0 0")
            made.add("GWF", f"{name} LATERAL", f"{name} LATERAL 0.001")
            made.add("LID_USAGE", f"{name} LID1", f"{name} LID1 1 10 1 0 0 0")
            made.add("COVERAGES", f"{name} Homes", f"{name} Homes 50")
            made.add("LOADINGS", f"{name} TSS", f"{name} TSS 1")
            made.add("TAGS", f"Subcatch {name}", f"Subcatch {name} field")


def _waters(draw, made, nodes, number, case) -> None:  # type: ignore[no-untyped-def]
    for position in range(3):
        name = f"TS{position}"
        made.add("TIMESERIES", name, f"{name} 0:00 1", f"{name} 1:00 2")
        made.add("PATTERNS", f"P{position}", f"P{position} MONTHLY 1 1 1 1 1 1", f"P{position} 1 1 1 1 1 1")
    for node in nodes:
        if draw(st.booleans()):
            made.add("DWF", f"{node} FLOW", f"{case(node)} FLOW {draw(number)} P0")
            made.lines["DWF"][-1] = made.lines["DWF"][-1].replace(node.lower(), node)
        if draw(st.booleans()):
            made.add(
                "INFLOWS",
                f"{node} FLOW",
                f"{node} FLOW {draw(st.sampled_from(('TS1', 'ts2', 'Gone')))} FLOW 1 1 0 P1",
            )
        if draw(st.booleans()):
            made.add("DWF", f"{node} TSS", f"{node} TSS 1")
            made.add("TREATMENT", f"{node} TSS", f"{node} TSS C = 0.5 * C_TSS")
            made.add("RDII", node, f"{node} UH 1")


def _rules(draw, made, nodes, links, some, case) -> None:  # type: ignore[no-untyped-def]
    if draw(st.booleans()):
        made.add("CONTROLS", "VARIABLE DEEP", f"VARIABLE DEEP = NODE {nodes[0]} DEPTH")
    for position, link in enumerate(links[: draw(some)]):
        premise = draw(
            st.sampled_from(
                (
                    f"NODE {case(nodes[0])} DEPTH > 1",
                    "SIMULATION TIME > 1",
                    "GAGE RG 6-HR_DEPTH > 1",
                    "NODE Gone DEPTH > 1",
                    "DEEP > 1",
                )
            )
        )
        action = draw(st.sampled_from(("1", "TIMESERIES TS2", "CURVE Spare", "PID 1 0 0")))
        made.add(
            "CONTROLS",
            f"RULE R{position}",
            f"RULE R{position}",
            f"IF {premise}",
            f"THEN LINK {case(link)} SETTING = {action}",
        )

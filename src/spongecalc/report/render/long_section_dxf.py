"""Long sections as DXF for CAD: metres across, levels ten times enlarged, one under the other."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence

import ezdxf
from ezdxf.document import Drawing
from ezdxf.layouts import Modelspace

from spongecalc.report.content.long_section import LongSection
from spongecalc.report.content.number_format import cell_text
from spongecalc.report.content.scenario_lines import scenario_lines
from spongecalc.report.content.section_structures import Installed
from spongecalc.report.content.wording import Wording

VERTICAL_SCALE = 10.0
STAMP = re.compile(r"(\d+\.\d+\.\d+) @ \d{4}-\d\d-\d\dT[\d:.+]+")
CLASSES = re.compile(r"(  2\nCLASSES\n)(.*?)(  0\nENDSEC\n)", re.DOTALL)
TEXT_M = 1.2
GAP_M = 40.0
# Layer: its colour in AutoCAD's numbers; those of the water levels stand between.
UNDER = {"SC_GROUND": 32, "SC_PIPE": 7, "SC_MANHOLE": 8}
STRUCTURES = "SC_STRUCTURE"
WELL_M = 0.6
OVER = {"SC_CROSSING": 6, "SC_TEXT": 7, "SC_FRAME": 9}


# Colours of the water levels: of the first and the last scenario compared, then of the others.
LEVEL_COLOURS = (30, 5, 94, 200, 40, 132, 252)


def level_layer(scenario: str) -> str:
    """The layer of a scenario's water levels."""
    return f"SC_LEVEL_{scenario.upper()}"


def sections_dxf(sections: Sequence[LongSection], words: Wording) -> bytes:
    """All sections in one drawing, UTF-8 DXF of AutoCAD 2013; the same sections give the same bytes."""
    drawing = ezdxf.new("R2013", units=6)
    style = drawing.styles.get("Standard")
    style.dxf.font = "simsun.ttc" if words.lang == "zh" else "arial.ttf"
    lines = scenario_lines(words)
    levels = {level_layer(s.name): LEVEL_COLOURS[s.line % len(LEVEL_COLOURS)] for s in lines}
    marked = {STRUCTURES: 1} if any(s.structures for s in sections) else {}
    for name, colour in {**UNDER, **levels, **marked, **OVER}.items():
        drawing.layers.add(name, color=colour)
    space = drawing.modelspace()
    base = 0.0
    for section in sections:
        base -= _section(space, section, base, words) + GAP_M
    return _written(drawing)


def _written(drawing: Drawing) -> bytes:
    """The drawing as a file without the times, random marks and chance order that ezdxf puts into it."""
    before = ezdxf.options.write_fixed_meta_data_for_testing
    ezdxf.options.write_fixed_meta_data_for_testing = True
    try:
        out = io.StringIO()
        drawing.write(out)
    finally:
        ezdxf.options.write_fixed_meta_data_for_testing = before
    text = STAMP.sub(r"\1 @ 2000-01-01T00:00:00+00:00", out.getvalue())
    return CLASSES.sub(_classes_in_order, text, count=1).encode("utf-8", errors="replace")


def _classes_in_order(section: re.Match[str]) -> str:
    """The section CLASSES, which ezdxf fills from a set, in the order of its entries' text."""
    entries = sorted(f"  0\nCLASS\n{e}" for e in section[2].split("  0\nCLASS\n") if e)
    return section[1] + "".join(entries) + section[3]


def _section(space: Modelspace, section: LongSection, top: float, words: Wording) -> float:
    """Draw one section under ``top``; returns the height that it takes."""
    known = [v for s in section.stations for v in (s.ground_m, s.invert_m) if not math.isnan(v)]
    if not known:
        return 0.0
    datum, high = math.floor(min(known)) - 1.0, max(known) + 1.0
    height = (high - datum) * VERTICAL_SCALE
    base = top - height

    def at(x: float, level: float) -> tuple[float, float]:
        return x, base + (level - datum) * VERTICAL_SCALE

    def text(words_of: str, x: float, y: float, turned: float = 0.0, layer: str = "SC_TEXT") -> None:
        space.add_text(words_of, height=TEXT_M, rotation=turned, dxfattribs={"layer": layer, "insert": (x, y)})

    named = words(
        "document.profile_caption",
        name=f"{section.name} {section.community_id}",
        system=words.name("system", section.system),
        scenario=words.scenario(section.scenario),
    )
    text(f"{named}  1:{VERTICAL_SCALE:g}", 0.0, top + 3.0)
    _line(space, [at(s.station_m, s.ground_m) for s in section.stations], "SC_GROUND")
    for scenario in words.scenario_names:
        points = [at(s.station_m, s.level_m.get(scenario, math.nan)) for s in section.stations]
        _line(space, points, level_layer(scenario))
        for station in section.stations:
            # What is known to a range only: from one end to the other.
            levels = (station.level_m.get(scenario), station.other_level_m.get(scenario))
            ends = [at(station.station_m, level) for level in levels if level is not None]
            _line(space, ends, level_layer(scenario))
    for reach in section.reaches:
        tall = 0.0 if math.isnan(reach.diameter_mm) else reach.diameter_mm / 1000
        for lift in dict.fromkeys((0.0, tall)):
            ends = [at(reach.start_m, reach.invert_up_m + lift), at(reach.end_m, reach.invert_down_m + lift)]
            _line(space, ends, "SC_PIPE")
        slope = f"{cell_text('_percent', reach.slope_percent)}%"
        slope = words("document.profile_pressure") if reach.under_pressure else slope
        size = f"DN{reach.diameter_mm:.0f}" if tall else "DN?"
        text(f"{reach.pipe_id} {size} {slope}", (reach.start_m + reach.end_m) / 2, base - 26.0, 90.0)
    for one in section.structures:
        for points in _strokes(one):
            _line(space, [at(x, level) for x, level in points], STRUCTURES)
        _sign(space, one, *at((one.start_m + one.end_m) / 2, one.sill_m), words)
    for station in section.stations:
        x = station.station_m
        _line(space, [at(x, station.ground_m), at(x, station.invert_m)], "SC_MANHOLE")
        _line(space, [(x, base), (x, base - 40.0)], "SC_FRAME")
        text(station.node_id, x + TEXT_M, base - 38.0, 90.0)
        for row, value in enumerate((station.ground_m, station.invert_m, station.station_m)):
            text(cell_text("_m", value), x + TEXT_M * 0.4, base - 7.5 * (row + 1), 90.0)
    _line(space, [(0.0, base), (section.length_m, base)], "SC_FRAME")
    for row, key in enumerate(("ground", "invert", "station")):
        text(words(f"document.profile_row_{key}"), -14.0, base - 7.5 * (row + 1) + 2.0)
    text(cell_text("_m", datum), -8.0, base)
    for crossing in section.crossings:
        if math.isnan(crossing.top_m):
            continue
        tall = 0.1 if math.isnan(crossing.diameter_mm) else crossing.diameter_mm / 1000
        x, y = at(crossing.station_m, crossing.top_m - tall / 2)
        space.add_ellipse(
            (x, y), (0.0, tall / 2 * VERTICAL_SCALE), 1 / VERTICAL_SCALE, dxfattribs={"layer": "SC_CROSSING"}
        )
        text(crossing.utility_id, x + 0.3, y, layer="SC_CROSSING")
    return height + 44.0


def _line(space: Modelspace, points: Sequence[tuple[float, float]], layer: str) -> None:
    known = [p for p in points if not math.isnan(p[1])]
    if len(known) > 1:
        space.add_lwpolyline(known, dxfattribs={"layer": layer})


def _strokes(one: Installed) -> list[list[tuple[float, float]]]:
    """Lines that show a structure, as stations and levels: a pump's well with its levels, else sill and crest."""
    x, left, right = one.start_m, one.start_m - WELL_M, one.start_m + WELL_M
    if not one.is_pump:
        return [[(x, one.floor_m), (x, one.sill_m)], [(left, one.sill_m), (right, one.sill_m)]]
    walls = [(left, one.ground_m), (left, one.floor_m), (right, one.floor_m), (right, one.ground_m)]
    levels = [[(left, level), (right, level)] for level in (one.on_level_m, one.off_level_m)]
    return [walls, *levels]


def _sign(space: Modelspace, one: Installed, x: float, y: float, words: Wording) -> None:
    """A structure in words, and the wheel of a pump; nothing where it has no level."""
    if math.isnan(y):
        return
    if one.is_pump:
        space.add_circle((x, y + WELL_M), WELL_M, dxfattribs={"layer": STRUCTURES})
    place = {"layer": STRUCTURES, "insert": (x + 1.2 * TEXT_M, y + WELL_M)}
    space.add_text(one.said(words), height=TEXT_M, rotation=90.0, dxfattribs=place)

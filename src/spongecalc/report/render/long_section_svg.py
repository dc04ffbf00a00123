"""A long section as SVG: the drawing above, the bands of figures under it."""

from __future__ import annotations

import math
from collections.abc import Callable

from spongecalc.report.content.long_section import LongSection, Reach, Station
from spongecalc.report.content.number_format import cell_text
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.plot_area import INK, SOFT, PlotArea, chart, label, nice_ticks, text_px, tick_texts
from spongecalc.report.render.scenario_looks import LEVEL, line_look
from spongecalc.report.render.section_structure_marks import key_entry, structure_sign

GROUND, PIPE = "#7a5c2e", "#1c1f23"
# Of a rising main.
RISING = "#f1c5cd"
CROSSING = "#7a3a93"
LEFT, RIGHT, TOP, HEIGHT = 118.0, 24.0, 34.0, 190.0
BANDS = ("node", "ground", "invert", "depth", "station")
# A level such as 1537.37 must stand inside its band, also in the wider fonts of print.
BAND_PX, NODE_PX = 58.0, 94.0
KEY_ROW_PX = 18.0
# Figures nearer than this would lie on one another.
LEAST_GAP_PX = 13.0
# The bands go on behind the last station, so that its figures stand inside them.
BEYOND_PX = 8.0


def section_svg(section: LongSection, words: Wording) -> str:
    """The drawing of one long section."""
    width = max(640.0, LEFT + RIGHT + 24.0 * len(section.stations))
    known = section.levels_m
    if not known:
        return ""
    low, high = min(known), max(known)
    margin = max(0.4, 0.08 * (high - low))
    key, key_rows = _key(section, width, words)
    top = TOP + KEY_ROW_PX * (key_rows - 1)
    area = PlotArea(
        LEFT, top, width - RIGHT, top + HEIGHT, 0.0, section.length_m or 1.0, low - margin, high + margin
    )
    parts = [_levels_axis(area, words)]
    parts += [_pipe(area, r) for r in section.reaches]
    parts += [_manhole(area, s) for s in section.stations]
    signs = [structure_sign(area, s, words) for s in section.structures]
    at = [s.station_m for s in section.stations]
    parts.append(area.line(at, [s.ground_m for s in section.stations], GROUND, "", 1.8))
    for scenario in section.waters:
        colour, dash = line_look(scenario.line, LEVEL)
        levels = [s.level_m.get(scenario.name, math.nan) for s in section.stations]
        parts.append(area.line(at, levels, colour, dash, 1.8))
        parts += [_range(area, s, scenario.name, colour) for s in section.stations]
    parts += [_crossing(area, c.station_m, c.top_m, c.diameter_mm) for c in section.crossings]
    parts += signs
    parts.append(key)
    parts.append(_bands(area, section, words))
    height = _band_top(area, len(BANDS) + 1) + 8
    return chart("".join(parts), width, height, section.label)


def _levels_axis(area: PlotArea, words: Wording) -> str:
    parts = []
    ticks = nice_ticks(area.y_low, area.y_high)
    for value, written in zip(ticks, tick_texts(ticks), strict=True):
        y = area.y(value)
        parts.append(f'<path d="M{area.left:.1f} {y:.1f}H{area.right:.1f}" stroke="#e2e2e2" stroke-width="0.7"/>')
        parts.append(label(area.left - 6, y + 4, written, "end"))
    parts.append(
        f'<path d="M{area.left:.1f} {area.top:.1f}V{area.bottom:.1f}" stroke="{INK}" stroke-width="0.9"/>'
    )
    parts.append(
        label(
            area.left - 60, (area.top + area.bottom) / 2, words("document.profile_level"), "middle", turned=True
        )
    )
    return "".join(parts)


def _pipe(area: PlotArea, reach: Reach) -> str:
    """Invert and crown of a pipe; its bottom alone where no diameter is known."""
    if math.isnan(reach.invert_up_m) or math.isnan(reach.invert_down_m):
        return ""
    tall = 0.0 if math.isnan(reach.diameter_mm) else reach.diameter_mm / 1000
    x = area.x(reach.start_m), area.x(reach.end_m)
    bottom = area.y(reach.invert_up_m), area.y(reach.invert_down_m)
    top = area.y(reach.invert_up_m + tall), area.y(reach.invert_down_m + tall)
    data = (
        f"M{x[0]:.1f} {bottom[0]:.1f}L{x[1]:.1f} {bottom[1]:.1f}L{x[1]:.1f} {top[1]:.1f}L{x[0]:.1f} {top[0]:.1f}Z"
    )
    fill = RISING if reach.under_pressure else "#d9dde2"
    return f'<path d="{data}" fill="{fill}" stroke="{PIPE}" stroke-width="1"/>'


def _manhole(area: PlotArea, station: Station) -> str:
    if math.isnan(station.ground_m) or math.isnan(station.invert_m):
        return ""
    x = area.x(station.station_m)
    upright = f"M{x:.1f} {area.y(station.ground_m):.1f}V{area.y(station.invert_m):.1f}"
    return f'<path d="{upright}" stroke="{SOFT}" stroke-width="1"/>'


def _range(area: PlotArea, station: Station, scenario: str, colour: str) -> str:
    """A bar from the highest level by the run to that by the reference run; "" where the level is settled."""
    if scenario not in station.other_level_m:
        return ""
    x = area.x(station.station_m)
    ends = sorted((area.y(station.level_m[scenario]), area.y(station.other_level_m[scenario])))
    bar = f"M{x - 3:.1f} {ends[0]:.1f}h6M{x:.1f} {ends[0]:.1f}V{ends[1]:.1f}M{x - 3:.1f} {ends[1]:.1f}h6"
    return f'<path class="swing" d="{bar}" fill="none" stroke="{colour}" stroke-width="1.4"/>'


def _crossing(area: PlotArea, station_m: float, top_m: float, diameter_mm: float) -> str:
    x = area.x(station_m)
    if math.isnan(top_m):
        # Its depth is not known: the place alone.
        return f'<path d="M{x:.1f} {area.top:.1f}v10" stroke="{CROSSING}" stroke-width="1.4"/>'
    radius = max(
        2.5, abs(area.y(top_m) - area.y(top_m - (0.0 if math.isnan(diameter_mm) else diameter_mm / 1000))) / 2
    )
    return (
        f'<circle cx="{x:.1f}" cy="{area.y(top_m) + radius:.1f}" r="{radius:.1f}" fill="none" '
        f'stroke="{CROSSING}" stroke-width="1.4"/>'
    )


def _key(section: LongSection, width: float, words: Wording) -> tuple[str, int]:
    """The key of the lines, in rows above the drawing, and how many rows it takes."""
    entries = [(GROUND, "", words("document.profile_ground")), (PIPE, "", words("document.profile_invert"))]
    entries += [
        (*line_look(s.line, LEVEL), words("document.profile_highest", scenario=s.label)) for s in section.waters
    ]
    if any(s.other_level_m for s in section.stations):
        entries.append((INK, "", words("document.profile_range")))
    if section.structures:
        entries.append(key_entry(words))
    if section.crossings:
        entries.append((CROSSING, "", words("document.profile_crossing")))
    parts, x, row = [], LEFT, 0
    for colour, dash, text in entries:
        wide = text_px(text)
        if x > LEFT and x + 22 + wide > width:
            x, row = LEFT, row + 1
        y = 14 + KEY_ROW_PX * row
        style = f' stroke-dasharray="{dash}"' if dash else ""
        parts.append(f'<path d="M{x:.1f} {y:g}h18" stroke="{colour}" stroke-width="2"{style}/>')
        parts.append(label(x + 22, y + 4, text, "start", colour=INK))
        x += 34 + wide
    return "".join(parts), row + 1


def _bands(area: PlotArea, section: LongSection, words: Wording) -> str:
    """Rows of figures at the manholes, and the pipes between them."""
    values: dict[str, Callable[[Station], str]] = {
        # A longer id would run out of its band; the tables have it whole.
        "node": lambda s: s.node_id if len(s.node_id) <= 11 else s.node_id[:10] + "…",
        "ground": lambda s: cell_text("_m", s.ground_m),
        "invert": lambda s: cell_text("_m", s.invert_m),
        "depth": lambda s: cell_text("_m", s.ground_m - s.invert_m),
        "station": lambda s: cell_text("_m", s.station_m),
    }
    parts = []
    for row, band in enumerate(BANDS):
        top, below = _band_top(area, row), _band_top(area, row + 1)
        parts.append(_band_frame(area, top, below, words(f"document.profile_row_{band}")))
        last = -math.inf
        for station in section.stations:
            x = area.x(station.station_m)
            if x - last < LEAST_GAP_PX:
                continue
            last = x
            parts.append(label(x + 4, below - 5, values[band](station), "start", turned=True, colour=INK))
    top, end = _band_top(area, len(BANDS)), _band_top(area, len(BANDS) + 1)
    parts.append(_band_frame(area, top, end, words("document.profile_row_pipe")))
    for reach in section.reaches:
        left, right = area.x(reach.start_m), area.x(reach.end_m)
        parts.append(f'<path d="M{left:.1f} {top:.1f}V{top + BAND_PX:.1f}" stroke="{SOFT}" stroke-width="0.6"/>')
        size = f"DN{reach.diameter_mm:.0f}" if not math.isnan(reach.diameter_mm) else "DN?"
        slope = f"{cell_text('_percent', reach.slope_percent)} %" if not math.isnan(reach.slope_percent) else ""
        slope = words("document.profile_pressure") if reach.under_pressure else slope
        middle = (left + right) / 2
        if right - left >= 52:
            parts.append(label(middle, top + 25, size, "middle", colour=INK))
            parts.append(label(middle, top + 43, slope, "middle", colour=INK))
        elif right - left >= LEAST_GAP_PX:
            parts.append(label(middle + 4, top + BAND_PX - 4, size, "start", turned=True, colour=INK))
    parts.append(f'<path d="M4 {end:.1f}H{area.right + BEYOND_PX:.1f}" stroke="{INK}" stroke-width="0.9"/>')
    return "".join(parts)


def _band_top(area: PlotArea, row: int) -> float:
    """Upper edge of a band; that of the nodes' ids is taller than the others."""
    return area.bottom + BAND_PX * row + (NODE_PX - BAND_PX if row else 0.0)


def _band_frame(area: PlotArea, top: float, below: float, words: str) -> str:
    line = f'<path d="M4 {top:.1f}H{area.right + BEYOND_PX:.1f}" stroke="{INK}" stroke-width="0.9"/>'
    return line + label(8, (top + below) / 2 + 4, words, "start", colour=INK)

"""Signs of pumps, weirs, orifices and outlets in a long section, wet wells with their start and stop levels."""

from __future__ import annotations

import math

from spongecalc.report.content.number_format import cell_text
from spongecalc.report.content.section_structures import Installed
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.map_svg import titled
from spongecalc.report.render.plot_area import PlotArea, label

STRUCTURE = "#a3122f"
WELL_PX, SIGN_PX = 7.0, 5.5


def structure_sign(area: PlotArea, one: Installed, words: Wording) -> str:
    """A structure with its levels, as far as they are known; "" where its place has no level at all."""
    if math.isnan(one.sill_m):
        return ""
    parts = [titled(one.said(words)), _well(area, one) if one.is_pump else _sill(area, one)]
    x, y = (area.x(one.start_m) + area.x(one.end_m)) / 2, area.y(one.sill_m)
    parts.append(_pump(x, y - SIGN_PX) if one.is_pump else _opening(one.kind, x, y))
    parts.append(label(x + 9, y - 4, one.structure_id, "start", colour=STRUCTURE))
    return f'<g class="structure" stroke-linejoin="round">{"".join(parts)}</g>'


def _well(area: PlotArea, one: Installed) -> str:
    """The wet well from its floor to the ground, and a line at the levels of start and stop."""
    x, floor = area.x(one.start_m), area.y(one.floor_m)
    top = area.top if math.isnan(one.ground_m) else area.y(one.ground_m)
    walls = f"M{x - WELL_PX:.1f} {top:.1f}V{floor:.1f}H{x + WELL_PX:.1f}V{top:.1f}"
    parts = [f'<path class="well" d="{walls}" fill="#fbeef0" stroke="{STRUCTURE}" stroke-width="1.2"/>']
    for level_m, dash in ((one.on_level_m, ""), (one.off_level_m, "3 2")):
        if math.isnan(level_m):
            continue
        y = area.y(level_m)
        style = f' stroke-dasharray="{dash}"' if dash else ""
        line = f"M{x - WELL_PX - 4:.1f} {y:.1f}H{x + WELL_PX + 4:.1f}"
        parts.append(f'<path class="level" d="{line}" stroke="{STRUCTURE}" stroke-width="1.2"{style}/>')
        parts.append(label(x - WELL_PX - 6, y + 4, cell_text("_m", level_m), "end", colour=STRUCTURE))
    return "".join(parts)


def _sill(area: PlotArea, one: Installed) -> str:
    """The wall before the opening, from the floor to the crest, and the crest's level."""
    x, y = area.x(one.start_m), area.y(one.sill_m)
    parts = []
    if not math.isnan(one.floor_m):
        wall = f"M{x:.1f} {area.y(one.floor_m):.1f}V{y:.1f}"
        parts.append(f'<path class="sill" d="{wall}" stroke="{STRUCTURE}" stroke-width="3"/>')
    parts.append(label(x - 8, y + 4, cell_text("_m", one.sill_m), "end", colour=STRUCTURE))
    return "".join(parts)


def _pump(x: float, y: float) -> str:
    r = SIGN_PX
    wheel = (
        f"M{x - 0.5 * r:.1f} {y - 0.65 * r:.1f}L{x + 0.85 * r:.1f} {y:.1f}L{x - 0.5 * r:.1f} {y + 0.65 * r:.1f}Z"
    )
    return (
        f'<circle class="pump" cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="#fff" stroke="{STRUCTURE}" '
        f'stroke-width="1.3"/><path d="{wheel}" fill="{STRUCTURE}"/>'
    )


def _opening(kind: str, x: float, y: float) -> str:
    r = SIGN_PX
    shapes = {
        "weir": f"M{x - r:.1f} {y:.1f}H{x + r:.1f}",
        "orifice": f"M{x - r / 2:.1f} {y - r:.1f}H{x + r / 2:.1f}V{y:.1f}H{x - r / 2:.1f}Z",
        "outlet": f"M{x - r:.1f} {y - r:.1f}L{x + r:.1f} {y:.1f}V{y - r:.1f}L{x - r:.1f} {y:.1f}Z",
    }
    return f'<path class="{kind}" d="{shapes[kind]}" fill="#fff" stroke="{STRUCTURE}" stroke-width="1.6"/>'


def key_entry(words: Wording) -> tuple[str, str, str]:
    """The entry of the key: colour, dash, words."""
    return STRUCTURE, "", words("document.profile_structures")

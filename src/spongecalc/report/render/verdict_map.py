"""The map of all communities by their verdict."""

from __future__ import annotations

from markupsafe import escape

from spongecalc.report.content.figures import VerdictMap
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.label_places import BELOW, LabelPlaces
from spongecalc.report.render.map_svg import WIDTH_PX, drawing, element, frame_of, path_data, placed, titled
from spongecalc.report.render.verdict_signs import SIGNS


def verdict_map(overview: VerdictMap, words: Wording) -> str:
    """All communities by verdict, each a link to its chapter; empty where none has a boundary."""
    frame = frame_of([area.boundary.bounds for area in overview.areas])
    if frame is None:
        return ""
    shapes, marks = [], []
    places = LabelPlaces(WIDTH_PX, frame.height_px)
    places.keep_off((0, frame.height_px - 40, WIDTH_PX / 3.5, frame.height_px))
    centres = []
    for area in overview.areas:
        outline = element("path", {"class": f"area {area.answer}", "d": path_data(area.boundary, frame)})
        shapes.append(element("a", {"href": f"#{area.chapter}"}, titled(area.said), outline))
        inside = area.boundary.representative_point()
        x, y = frame.at(inside.x, inside.y)
        places.take(x / frame.metres_per_px, y / frame.metres_per_px, 8)
        centres.append((area, x, y))
    for area, x, y in centres:
        symbol = f'<circle r="8"/><text y="4" text-anchor="middle">{SIGNS[area.answer]}</text>'
        marks.append(placed(f'<g class="verdict-mark {area.answer}">{symbol}</g>', x, y, frame))
        # Long ids are cut on the map alone; the table and the chapter have them whole.
        short = area.community_id if len(area.community_id) <= 10 else area.community_id[:9] + "…"
        px, py = x / frame.metres_per_px, y / frame.metres_per_px
        found = places.find(px, py, 8, (6.6 * len(short) + 2, 11), BELOW)
        if found is not None:
            label = element(
                "text",
                {
                    "class": "area-id",
                    "x": f"{found[0] - px:.0f}",
                    "y": f"{found[1] - py + 4:.0f}",
                    "text-anchor": "middle",
                },
                str(escape(short)),
            )
            marks.append(placed(label, x, y, frame))
    north = words.name("map", "north")
    return drawing("".join(shapes + marks), frame, overview.label, north, "map overview", "group")

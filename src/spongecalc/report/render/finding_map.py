"""The map of the findings: communities in outline, a dot for each finding that has a place."""

from __future__ import annotations

from markupsafe import escape

from spongecalc.report.content.figures import FindingMap
from spongecalc.report.render.map_svg import frame_of, number, path_data

COLOURS = {"error": "#d62f27", "warning": "#e08e0b", "info": "#7c93a8"}
# Beyond this a map holds dots, not places.
MOST_DOTS = 4000


def finding_map(found: FindingMap) -> str:
    """The map, errors drawn last; empty where no outline is known."""
    frame = frame_of([boundary.bounds for _, boundary in found.outlines])
    if frame is None:
        return ""
    outlines = "".join(
        f'<path d="{path_data(boundary, frame)}"><title>{escape(name)}</title></path>'
        for name, boundary in found.outlines
    )
    radius = 3 * frame.metres_per_px
    dots = []
    for severity in ("info", "warning", "error"):
        rows = found.findings[found.findings["severity"] == severity]
        for row in rows.head(MOST_DOTS).itertuples():
            x, y = frame.at(row.x_m, row.y_m)
            if 0 <= x <= frame.width_m and 0 <= y <= frame.height_m:
                title = escape(f"{row.rule}: {row.layer} {row.feature_id}")
                dots.append(
                    f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" fill="{COLOURS[severity]}" '
                    f'fill-opacity="0.8"><title>{title}</title></circle>'
                )
    width = number(1.5 * frame.metres_per_px)
    return (
        f'<svg viewBox="{frame.view_box}" role="img" aria-label="{escape(found.label)}" class="finding-map">'
        f'<g fill="none" stroke="#60717f" stroke-width="{width}">{outlines}</g>{"".join(dots)}</svg>'
    )

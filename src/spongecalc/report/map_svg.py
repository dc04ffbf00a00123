"""Maps as SVG: plan geometry in metres to path data, with constant-size symbols on top."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
from markupsafe import escape
from shapely.geometry.base import BaseGeometry

from spongecalc.report.csv_tables import cell_text, decimals_of

Say = Callable[..., str]
"""The report's text of a key, in the report's language."""

VIEW_PX = 600.0
MARGIN = 0.07
NICE = (1.0, 2.0, 5.0)


def _fixed(value: float) -> str:
    """A coordinate to 0.1 m, as short as it can be written."""
    text = f"{value:.1f}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text


@dataclass(frozen=True)
class Frame:
    """The extent of a map in metres; both maps of a pair share one."""

    left_m: float
    top_m: float
    width_m: float
    height_m: float

    @property
    def metres_per_px(self) -> float:
        """Metres that one pixel stands for when the map is drawn :data:`VIEW_PX` wide."""
        return self.width_m / VIEW_PX

    def x(self, x_m: float) -> str:
        """Distance from the left edge, in metres."""
        return _fixed(x_m - self.left_m)

    def y(self, y_m: float) -> str:
        """Distance from the top edge, in metres, downwards."""
        return _fixed(self.top_m - y_m)

    def points(self, coords: Iterable[tuple[float, ...]]) -> str:
        """Path data of a line through the points; those that fall together after rounding are drawn once."""
        steps: list[str] = []
        for c in coords:
            step = f"{self.x(c[0])} {self.y(c[1])}"
            if not steps or steps[-1] != step:
                steps.append(step)
        return "M" + "L".join(steps)


def frame_around(geometries: Iterable[BaseGeometry], wide_over_high: float = 1.15) -> Frame:
    """The extent that holds all geometries, with a margin, at a given ratio of width to height."""
    bounds = [g.bounds for g in geometries if g is not None and not g.is_empty]
    if not bounds:
        return Frame(0.0, 100.0 / wide_over_high, 100.0, 100.0 / wide_over_high)
    left, low = min(b[0] for b in bounds), min(b[1] for b in bounds)
    right, top = max(b[2] for b in bounds), max(b[3] for b in bounds)
    width = max(right - left, (top - low) * wide_over_high, 1.0) * (1 + 2 * MARGIN)
    height = width / wide_over_high
    return Frame((left + right - width) / 2, (low + top + height) / 2, width, height)


def path_data(geometry: BaseGeometry, frame: Frame) -> str:
    """SVG path data of lines and polygons, metres from the frame's corner, y downwards."""
    kind = geometry.geom_type
    if kind == "Polygon":
        rings = [geometry.exterior, *geometry.interiors]
        return "".join(frame.points(r.coords) + "Z" for r in rings)
    if kind in ("LineString", "LinearRing"):
        return frame.points(geometry.coords)
    return "".join(path_data(part, frame) for part in getattr(geometry, "geoms", ()))


def is_drawn(geometry: BaseGeometry | None) -> bool:
    """Whether there is anything to draw."""
    return geometry is not None and not geometry.is_empty


def title(*parts: object) -> str:
    """A <title> element of the parts that say something."""
    said = [str(p) for p in parts if p is not None and str(p).strip()]
    return f"<title>{escape(' · '.join(said))}</title>"


def quantity(value: object, column: str, unit: str) -> str:
    """A figure with its unit, or nothing where it is not known."""
    if value is None or pd.isna(value):
        return ""
    decimals = 0 if column.endswith("_mm") else decimals_of(column)
    return f"{cell_text(value, decimals)} {unit}"


def shape(geometry: BaseGeometry, frame: Frame, css: str, label: str) -> str:
    """A line or polygon with its title."""
    return f'<path class="{css}" d="{path_data(geometry, frame)}">{label}</path>'


def symbol(name: str, at: BaseGeometry, frame: Frame, css: str, label: str, angle: float = 0.0) -> str:
    """A symbol of constant size at a point; ``name`` is its id in the page's definitions."""
    point = at if at.geom_type == "Point" else at.representative_point()
    turn = f" rotate({angle:.0f})" if angle else ""
    return (
        f'<g class="{css}" transform="translate({frame.x(point.x)} {frame.y(point.y)}){turn}">'
        f'{label}<use href="#{name}" class="k"/></g>'
    )


def layer(name: str, parts: Iterable[str]) -> str:
    """A group that the page can show and hide."""
    inside = "".join(parts)
    return f'<g data-layer="{name}">{inside}</g>' if inside else ""


def bearing(geometry: BaseGeometry) -> float:
    """Direction of a line at its middle, in degrees clockwise from the east, as SVG turns."""
    before, after = geometry.interpolate(0.49, True), geometry.interpolate(0.51, True)
    return -math.degrees(math.atan2(after.y - before.y, after.x - before.x))


def scale_length_m(width_m: float) -> float:
    """A round length of about a fifth of the map's width."""
    want = max(width_m / 5, 1e-3)
    power = 10.0 ** math.floor(math.log10(want))
    return max(n * power for n in NICE if n * power <= want)


def furniture(frame: Frame, say: Say) -> str:
    """Scale bar and north arrow, in the corners. The north is that of the grid."""
    k, length = frame.metres_per_px, scale_length_m(frame.width_m)
    x, y = 14 * k, frame.height_m - 14 * k
    label = f"{length:g} m"
    bar = (
        f'<g class="scale" transform="translate({x:.2f} {y:.2f})"><title>{escape(say("scale_bar"))}</title>'
        f'<path d="M0 {-5 * k:.2f}V0H{length:g}V{-5 * k:.2f}M{length / 2:g} 0V{-3 * k:.2f}"/>'
        f'<text class="k" y="-9">{label}</text></g>'
    )
    north = (
        f'<g class="north" transform="translate({frame.width_m - 22 * k:.2f} {30 * k:.2f})">'
        f'<title>{escape(say("north_arrow"))}</title><use href="#north" class="k"/></g>'
    )
    return f'<g class="furniture" data-bar="{length:g}" style="--k:{k:.4f}">{bar}{north}</g>'


def picture(frame: Frame, label: str, inside: Iterable[str], css: str = "map") -> str:
    """The <svg> element around a map's layers."""
    k = frame.metres_per_px
    return (
        f'<svg class="{css}" role="img" aria-label="{escape(label)}" '
        f'viewBox="0 0 {frame.width_m:.2f} {frame.height_m:.2f}" style="--k:{k:.4f}">'
        + "".join(inside)
        + "</svg>"
    )


def rows(layers: Mapping[str, gpd.GeoDataFrame], name: str) -> Iterable:
    """The features of a layer that have a geometry; none where the layer is missing."""
    frame = layers.get(name)
    if frame is None or not len(frame):
        return []
    return [row for row in frame.itertuples(index=False) if is_drawn(row.geometry)]

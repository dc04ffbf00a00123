"""Plan drawings as SVG: shapely geometry in metres to paths, and the frame that a map is drawn in."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import escape
from shapely.geometry.base import BaseGeometry

# Width of a map's drawing area in its own pixels: what a half page column has on a desktop screen.
WIDTH_PX = 640.0
# Least and greatest height over width of a map: a long strip still leaves room for scale bar and labels.
PROPORTIONS = (0.5, 1.1)


@dataclass(frozen=True)
class Frame:
    """The frame of a map: the rectangle from (``left_m``, ``top_m``) in the project's CRS, in metres."""

    left_m: float
    top_m: float
    width_m: float
    height_m: float

    @property
    def metres_per_px(self) -> float:
        """Metres that one pixel of the drawing area stands for."""
        return self.width_m / WIDTH_PX

    @property
    def height_px(self) -> float:
        """Height of the drawing area in its pixels."""
        return self.height_m / self.metres_per_px

    def at(self, x_m: float, y_m: float) -> tuple[float, float]:
        """A place of the CRS in the map's metres: origin at the upper left corner, y downwards."""
        return x_m - self.left_m, self.top_m - y_m

    @property
    def view_box(self) -> str:
        """The frame as the value of an SVG viewBox."""
        return f"0 0 {self.width_m:.1f} {self.height_m:.1f}"


def frame_of(bounds: Iterable[tuple[float, ...]], margin: float = 0.06) -> Frame | None:
    """The frame around all bounds (minx, miny, maxx, maxy in m), in proportions that a map can have.

    Bounds that are empty or not finite are left out; None where nothing remains. ``margin`` is the share of
    the larger side kept free on every side. A single point gets a frame 20 m wide.
    """
    known = [b for b in bounds if len(b) == 4 and all(math.isfinite(v) for v in b)]
    if not known:
        return None
    left, bottom = min(b[0] for b in known), min(b[1] for b in known)
    right, top = max(b[2] for b in known), max(b[3] for b in known)
    free = margin * max(right - left, top - bottom)
    width = max(right - left + 2 * free, 20.0)
    height = max(top - bottom + 2 * free, width * PROPORTIONS[0])
    width = max(width, height / PROPORTIONS[1])
    return Frame((left + right - width) / 2, (bottom + top + height) / 2, width, height)


def number(value: float) -> str:
    """A coordinate to 0.1 m, as short as it can be written."""
    written = f"{value:.1f}".removesuffix(".0")
    return "0" if written == "-0" else written


def path_data(geometry: BaseGeometry | None, frame: Frame) -> str:
    """Path data of lines and polygons (holes included), rounded to 0.1 m; empty for nothing and points."""
    if geometry is None or geometry.is_empty:
        return ""
    if hasattr(geometry, "geoms"):
        return "".join(path_data(part, frame) for part in geometry.geoms)
    if geometry.geom_type == "Polygon":
        rings = [geometry.exterior, *geometry.interiors]
        return "".join(_stretch(list(ring.coords)[:-1], frame) + "Z" for ring in rings)
    if geometry.geom_type in ("LineString", "LinearRing"):
        return _stretch(list(geometry.coords), frame)
    return ""


def _stretch(coordinates: list[tuple[float, ...]], frame: Frame) -> str:
    places: list[str] = []
    for x, y, *_ in coordinates:
        place = " ".join(number(v) for v in frame.at(x, y))
        if not places or place != places[-1]:
            places.append(place)
    return "M" + "L".join(places)


def element(tag: str, attributes: Mapping[str, object], *inner: str) -> str:
    """One element with its attributes escaped; ``inner`` is markup already."""
    written = "".join(f' {name}="{escape(str(value))}"' for name, value in attributes.items())
    return f"<{tag}{written}>{''.join(inner)}</{tag}>" if inner else f"<{tag}{written}/>"


def titled(words: str) -> str:
    """The <title> that a browser shows when the pointer rests on an element."""
    return f"<title>{escape(words)}</title>"


def mark(symbol: str, x: float, y: float, frame: Frame, *, words: str = "", turn_degrees: float = 0.0) -> str:
    """A symbol of the page's set, of the same size at any zoom, at a place in the map's metres.

    The symbol is drawn in pixels of the drawing area; class ``k`` lets the page's script keep its size.
    """
    turned = f" rotate({turn_degrees:.0f})" if turn_degrees else ""
    place = f"translate({number(x)} {number(y)}) scale({frame.metres_per_px:.4g})"
    inner = element("use", {"href": f"#{symbol}"})
    if turned:
        inner = element("g", {"transform": turned.strip()}, inner)
    return element("g", {"transform": place}, titled(words) if words else "", _kept(inner))


def _kept(inner: str) -> str:
    return f'<g class="k">{inner}</g>'


def placed(inner: str, x: float, y: float, frame: Frame) -> str:
    """Markup drawn in pixels, kept at its size at any zoom, at a place in the map's metres."""
    place = f"translate({number(x)} {number(y)}) scale({frame.metres_per_px:.4g})"
    return element("g", {"transform": place}, _kept(inner))


def scale_length_m(frame: Frame) -> float:
    """Length of the scale bar: 1, 2 or 5 times a power of ten, at most a quarter of the map's width."""
    most = frame.width_m / 4
    power = 10.0 ** math.floor(math.log10(most))
    return max(step * power for step in (1, 2, 5) if step * power <= most)


def scale_and_north(frame: Frame, north: str) -> str:
    """The scale bar (lower left) and the north arrow (upper right), in pixels of the drawing area."""
    length_m = scale_length_m(frame)
    length_px = length_m / frame.metres_per_px
    y = frame.height_px - 14
    bar = (
        f'<g class="scalebar" transform="translate(14 {y:.0f})">'
        f'<path class="halo" d="M0 -6V0H{length_px:.1f}V-6"/>'
        f'<path class="ink" d="M0 -6V0H{length_px:.1f}V-6"/>'
        f'<text x="{length_px / 2:.1f}" y="-6" text-anchor="middle">{length_m:g} m</text></g>'
    )
    arrow = (
        f'<g class="north" transform="translate({WIDTH_PX - 24:.0f} 14)"><path d="M0 0L7 26L0 20L-7 26Z"/>'
        f'<text y="40" text-anchor="middle">{escape(north)}</text></g>'
    )
    return bar + arrow


def drawing(content: str, frame: Frame, label: str, north: str, css_class: str = "map", role: str = "img") -> str:
    """A whole map: ``content`` in the frame's metres, clipped, under scale bar and north arrow.

    ``role`` is "group" where the map holds links, which an image may not.
    """
    inner = element(
        "svg",
        {
            "class": "view",
            "data-left": f"{frame.left_m:.2f}",
            "data-top": f"{frame.top_m:.2f}",
            "x": 0,
            "y": 0,
            "width": f"{WIDTH_PX:.0f}",
            "height": f"{frame.height_px:.1f}",
            "viewBox": frame.view_box,
        },
        content,
    )
    return element(
        "svg",
        {
            "class": css_class,
            "viewBox": f"0 0 {WIDTH_PX:.0f} {frame.height_px:.1f}",
            "role": role,
            "aria-label": label,
        },
        inner,
        scale_and_north(frame, north),
    )

"""DXF drawings: lines and symbols by CAD layer, and the texts beside them as attributes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.catalogue.size_text import Size, parse_size
from spongecalc.contract import SCHEMAS
from spongecalc.layers.sources.raw import Note, RawLayer, SourceRefusedError, one_line
from spongecalc.project.layer_source import Labels

if TYPE_CHECKING:
    from ezdxf.document import Drawing

LINES = ("LINE", "LWPOLYLINE", "POLYLINE", "ARC", "SPLINE", "ELLIPSE")
SYMBOLS = ("INSERT", "POINT", "CIRCLE")
TEXTS = ("TEXT", "MTEXT", "ATTDEF")
# Curves are drawn as chords that stray from them by no more than this, in drawing units (metres).
CHORD_M = 0.01


def open_drawing(path: Path) -> Drawing:
    """A DXF document, in any encoding that its header names; raises SourceRefusedError."""
    import ezdxf  # noqa: PLC0415  only a drawing needs it

    try:
        return ezdxf.readfile(str(path))
    except (OSError, ezdxf.DXFError, ValueError, UnicodeError) as reason:
        raise SourceRefusedError("file.unreadable", reason=one_line(reason)) from reason


def cad_layers(path: Path) -> dict[str, dict[str, int]]:
    """Count the entities of each type in each CAD layer of a drawing."""
    counts: dict[str, dict[str, int]] = {}
    for entity in open_drawing(path).modelspace():
        kinds = counts.setdefault(entity.dxf.layer, {})
        kinds[entity.dxftype()] = kinds.get(entity.dxftype(), 0) + 1
    return dict(sorted(counts.items()))


def read_drawing(path: Path, layer: str, cad_layer: str | None, labels: Labels, catalogue: Catalogue) -> RawLayer:
    """The lines, outlines or symbols of a drawing, for one layer of the contract.

    Parameters
    ----------
    path
        A .dxf.
    layer
        The contract's layer: its geometry type says whether lines, closed outlines or symbols are meant.
    cad_layer
        Name of the CAD layers, with ``*`` for any letters and ``|`` between several; None takes all.
    labels
        How texts become attributes.
    catalogue
        Which materials there are.

    Returns
    -------
    Features with the fields ``cad_layer``, ``entity``, ``block``, ``text`` (all texts beside it), one for each
    attribute of a block, and one for each named group of the labels' pattern.
    """
    document = open_drawing(path)
    wanted = _matcher(cad_layer)
    polygons = "Polygon" in SCHEMAS[layer].geometry and "LineString" not in SCHEMAS[layer].geometry
    points = "Point" in SCHEMAS[layer].geometry
    rows: list[dict[str, Any]] = []
    texts: list[tuple[str, shapely.Point, str]] = []
    refused = 0
    entity: Any
    for entity in document.modelspace():
        kind, name = entity.dxftype(), entity.dxf.layer
        if kind in TEXTS:
            texts.append((_text(entity), shapely.Point(_place(entity)), name))
            continue
        if not wanted.fullmatch(name):
            continue
        about = {"cad_layer": name, "entity": kind, "block": None, "handle": entity.dxf.handle}
        if kind in SYMBOLS and points:
            place = entity.dxf.insert if kind == "INSERT" else entity.dxf.get("location") or entity.dxf.center
            attributes = {}
            if kind == "INSERT":
                about["block"] = entity.dxf.name
                attributes = {a.dxf.tag: a.dxf.text for a in entity.attribs}
            rows.append({**about, **attributes, "geometry": shapely.Point(place.x, place.y)})
        elif kind in LINES and (polygons or not points or "Polygon" in SCHEMAS[layer].geometry):
            drawn = list(_vertices(entity))
            closed = bool(getattr(entity, "closed", False) or getattr(entity, "is_closed", False))
            if polygons or points:
                if len(drawn) > 2 and (closed or drawn[0] == drawn[-1]):
                    rows.append({**about, "geometry": shapely.Polygon(drawn)})
                else:
                    refused += 1
            elif len(drawn) > 1:
                rows.append({**about, "geometry": shapely.LineString(drawn)})
    if not rows:
        names = sorted({e.dxf.layer for e in document.modelspace()})
        raise SourceRefusedError("layer.missing", layer=cad_layer or "*", available=", ".join(names) or "-")
    frame = gpd.GeoDataFrame(pd.DataFrame(rows).drop(columns="geometry"), geometry=[r["geometry"] for r in rows])
    notes = (Note("drawing.open_outlines", {"count": refused}),) if refused else ()
    return RawLayer(_labelled(frame, texts, labels, catalogue), notes=notes)


def _matcher(cad_layer: str | None) -> re.Pattern[str]:
    parts = [re.escape(p.strip()).replace(r"\*", ".*") for p in (cad_layer or "*").split("|")]
    return re.compile("|".join(parts), re.IGNORECASE)


def _text(entity: Any) -> str:
    return str(entity.plain_text() if entity.dxftype() == "MTEXT" else entity.dxf.text).strip()


def _place(entity: Any) -> tuple[float, float]:
    place = entity.dxf.get("align_point") if entity.dxf.get("halign", 0) or entity.dxf.get("valign", 0) else None
    place = place or entity.dxf.insert
    return float(place.x), float(place.y)


def _vertices(entity: Any) -> Iterator[tuple[float, float]]:
    kind = entity.dxftype()
    if kind == "LINE":
        for end in (entity.dxf.start, entity.dxf.end):
            yield float(end.x), float(end.y)
        return
    from ezdxf.path import make_path  # noqa: PLC0415

    for vertex in make_path(entity).flattening(CHORD_M):
        yield float(vertex.x), float(vertex.y)


def _labelled(
    frame: gpd.GeoDataFrame, texts: list[tuple[str, shapely.Point, str]], labels: Labels, catalogue: Catalogue
) -> gpd.GeoDataFrame:
    """Each text given to the nearest feature within reach; what it says becomes fields."""
    chosen = [t for t in texts if not labels.layers or t[2] in labels.layers]
    beside: list[list[str]] = [[] for _ in range(len(frame))]
    if chosen and len(frame):
        tree = shapely.STRtree(frame.geometry.to_numpy())
        which, nearest = tree.query_nearest(
            [t[1] for t in chosen], max_distance=labels.within_m, all_matches=False
        )
        for text, feature in zip(which, nearest, strict=True):
            beside[int(feature)].append(chosen[int(text)][0])
    read = [_said(words, labels, catalogue) for words in beside]
    fields = list(dict.fromkeys(f for said in read for f in said))
    extra = {f: pd.Series([said.get(f) for said in read], index=frame.index, dtype=object) for f in fields}
    texts_column = pd.Series([" ".join(w) or None for w in beside], index=frame.index, dtype=object)
    return frame.assign(text=texts_column, **{f: extra[f] for f in fields if f not in frame.columns})


def _said(words: list[str], labels: Labels, catalogue: Catalogue) -> dict[str, str]:
    """Read the texts beside a feature: the pattern's named groups, else size and material."""
    said: dict[str, str] = {}
    for text in words:
        if labels.pattern is not None:
            match = re.search(labels.pattern, text)
            if match:
                said.update({k: v for k, v in match.groupdict().items() if v})
            continue
        parts = [text] if _is_size(parse_size(text)) else re.split(r"[\s,;，；]+", text)
        for part in parts:
            size, named = parse_size(part), part
            if "管径" not in said and size is not None and _is_size(size):
                said["管径"] = part
                named = size.beside
            # A number makes it an id or a grade rather than a material's name.
            if named and "材质" not in said and not re.search(r"\d", named) and catalogue.material(named):
                said["材质"] = named
    return said


def _is_size(size: Size | None) -> bool:
    """True where a text states a size and is not just a number."""
    return size is not None and (size.stated or size.width_mm is not None)

"""The fate of everything on the mapped CAD layers of a drawing, over all layers that are read from it.

One drawing gives nodes, pipes and ground. What one of them leaves another may take, and a text that is no label
of the one may be one of the other: only what all of them leave is lost, and named.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError, ProjError

from spongecalc.layers.coordinates import misplaced, shifted
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.rules.registry import severity_of
from spongecalc.layers.sources.form import usual_axes
from spongecalc.layers.sources.raw import DrawingLedger, EntityNote, LooseLabel, around_of
from spongecalc.project.layer_source import LayerSource

# Of one kind of things on one CAD layer so many are named one by one, and of loose labels in one sentence. An
# error is always named: it keeps its community from being modelled.
NAMED, QUOTED = 100, 20


@dataclass(frozen=True)
class PlacedLedger:
    """A ledger of one layer from one file, its places in the project's CRS; ``label`` names the source."""

    layer: str
    file: str
    label: str
    ledger: DrawingLedger


def placed_ledger(
    ledger: DrawingLedger, layer: str, source: LayerSource, label: str, crs: CRS | None, target: CRS
) -> PlacedLedger:
    """A ledger with its places where the source's features come to lie."""
    every: list[EntityNote | LooseLabel] = [*ledger.left, *ledger.noted, *ledger.loose]
    if not every:
        return PlacedLedger(layer, source.source, label, ledger)
    swap = source.axes is not None and source.axes != usual_axes(source)
    points = [shapely.Point(e.x_m, e.y_m) if math.isfinite(e.x_m + e.y_m) else None for e in every]
    frame = shifted(gpd.GeoDataFrame(geometry=points), swap, source.offset_x_m, source.offset_y_m)
    stated = source.crs or crs
    try:
        frame = frame.set_crs(CRS.from_user_input(stated or target), allow_override=True)
        if frame.crs != target and misplaced(frame, CRS.from_user_input(frame.crs), None) is None:
            frame = frame.to_crs(target)
    except (CRSError, ProjError, ValueError):
        # Nobody can say where the layer is; its own finding says so.
        pass
    at = [(p.x, p.y) if p is not None and not p.is_empty else (math.nan, math.nan) for p in frame.geometry]
    moved = [replace(e, x_m=x, y_m=y) for e, (x, y) in zip(every, at, strict=True)]
    first, second = len(ledger.left), len(ledger.left) + len(ledger.noted)
    return PlacedLedger(
        layer,
        source.source,
        label,
        replace(
            ledger,
            left=tuple(e for e in moved[:first] if isinstance(e, EntityNote)),
            noted=tuple(e for e in moved[first:second] if isinstance(e, EntityNote)),
            loose=tuple(e for e in moved[second:] if isinstance(e, LooseLabel)),
        ),
    )


def findings_of_drawings(ledgers: Sequence[PlacedLedger]) -> Iterator[Finding]:
    """Tell what no layer took of each drawing, and what else is to be said of its entities."""
    for file in dict.fromkeys(placed.file for placed in ledgers):
        own = [placed for placed in ledgers if placed.file == file]
        yield from _left_out(own)
        for placed in own:
            for note in placed.ledger.noted:
                yield Finding(note.rule, _feature(placed, note), _words(placed, note))
        yield from _loose_labels(own)


def left_by_all(ledgers: Sequence[PlacedLedger]) -> list[tuple[PlacedLedger, EntityNote]]:
    """Everything on mapped CAD layers that no layer took, each with the source that first left it."""
    found: list[tuple[PlacedLedger, EntityNote]] = []
    for file in dict.fromkeys(placed.file for placed in ledgers):
        own = [placed for placed in ledgers if placed.file == file]
        taken = frozenset().union(*(placed.ledger.taken for placed in own))
        around = around_of(taken)
        said: set[str] = set()
        for placed in own:
            for note in placed.ledger.left:
                if note.handle not in said and not _is_taken(note.handle, taken, around):
                    said.add(note.handle)
                    found.append((placed, note))
    return found


def unread_of(ledgers: Sequence[PlacedLedger]) -> dict[tuple[str, str], dict[str, int]]:
    """Number of things that no feature was made of, by rule, for each layer and source."""
    unread: dict[tuple[str, str], dict[str, int]] = {}
    for placed, note in left_by_all(ledgers):
        by_rule = unread.setdefault((placed.layer, placed.label), {})
        by_rule[note.rule] = by_rule.get(note.rule, 0) + 1
    for placed in ledgers:
        if placed.ledger.hidden:
            unread.setdefault((placed.layer, placed.label), {})["drawing.hidden_left"] = placed.ledger.hidden
    return unread


def _left_out(ledgers: Sequence[PlacedLedger]) -> Iterator[Finding]:
    groups: dict[tuple[str, str, str], list[tuple[PlacedLedger, EntityNote]]] = {}
    for placed, note in left_by_all(ledgers):
        groups.setdefault((note.rule, note.kind, note.cad_layer), []).append((placed, note))
    for (_, kind, cad_layer), notes in groups.items():
        named = len(notes) if severity_of(notes[0][1].rule) == "error" else NAMED
        for placed, note in notes[:named]:
            yield Finding(note.rule, _feature(placed, note), _words(placed, note))
        if more := notes[named:]:
            placed, first = more[0]
            found = {
                "file": placed.file,
                "layer": placed.layer,
                "count": len(more),
                "total": len(notes),
                "entity": kind,
                "cad_layer": cad_layer,
                "handles": ", ".join(note.handle for _, note in more),
            }
            yield Finding("drawing.more_left_out", _feature(placed, first), found)


def _is_taken(handle: str, taken: frozenset[str], around: frozenset[str]) -> bool:
    """True where an entity, the block it is part of, or something inside it was taken."""
    parts = handle.split(".")
    return handle in around or any(".".join(parts[:n]) in taken for n in range(1, len(parts) + 1))


def _feature(placed: PlacedLedger, note: EntityNote) -> Feature:
    return Feature(placed.layer, f"{note.kind} {note.handle}", file=placed.label, x_m=note.x_m, y_m=note.y_m)


def _words(placed: PlacedLedger, note: EntityNote) -> dict[str, object]:
    return {
        "file": placed.file,
        "layer": placed.layer,
        "entity": note.kind,
        "handle": note.handle,
        "cad_layer": note.cad_layer,
        "place": _place(note.x_m, note.y_m),
        **note.found,
    }


def _place(x_m: float, y_m: float) -> str:
    return f"({x_m:.2f}, {y_m:.2f})" if math.isfinite(x_m + y_m) else "(-)"


def _loose_labels(own: Sequence[PlacedLedger]) -> Iterator[Finding]:
    """One finding for all labels of a drawing that belong to nothing, with their places."""
    by_any = frozenset().union(*(placed.ledger.used for placed in own))
    loose: dict[str, tuple[PlacedLedger, LooseLabel]] = {}
    for placed in own:
        # A size that a manhole took as a text beside it has still no pipe.
        of_layer = frozenset().union(*(p.ledger.used for p in own if p.layer == placed.layer))
        for label in placed.ledger.loose:
            if label.handle not in (of_layer if label.by_meaning else by_any):
                loose.setdefault(label.handle, (placed, label))
    if loose:
        placed, first = next(iter(loose.values()))
        named = [f"{label.words} {_place(label.x_m, label.y_m)}" for _, label in loose.values()]
        places = ", ".join(_limited(named))
        yield Finding(
            "drawing.loose_labels",
            Feature(placed.layer, file=placed.label, x_m=first.x_m, y_m=first.y_m),
            {"file": placed.file, "layer": placed.layer, "count": len(named), "places": places},
        )


def _limited(named: Iterable[str]) -> list[str]:
    every = list(named)
    return every if len(every) <= QUOTED else [*every[:QUOTED], "..."]

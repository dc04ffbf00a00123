"""DXF drawings: lines, areas and symbols by CAD layer, and the texts that belong to them as attributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from ezdxf.document import Drawing

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.gate.fields import refuse_fields
from spongecalc.layers.sources.cad.bad_numbers import BadNumber
from spongecalc.layers.sources.cad.blocks import BlockSizes, is_clipped, is_reference_to_file, layer_name
from spongecalc.layers.sources.cad.document import FAILURES, open_drawing
from spongecalc.layers.sources.cad.drawing_unit import metres_of
from spongecalc.layers.sources.cad.features import (
    Reading,
    Taken,
    Wanted,
    is_text,
    note_at,
    opener,
    wanted_of,
)
from spongecalc.layers.sources.cad.label_fields import FILLED, groups_of
from spongecalc.layers.sources.cad.labelled import DrawnTexts, Labelled, Rival, labelled, takes_texts_of
from spongecalc.layers.sources.cad.labels import TEXTS, label_of, pointer_of
from spongecalc.layers.sources.cad.shapes import is_mesh, line_of
from spongecalc.layers.sources.cad.walk import FROZEN, INVISIBLE, OFF, Drawn, drawn_in, name_matcher
from spongecalc.layers.sources.raw import (
    DrawingLedger,
    EntityNote,
    Note,
    RawLayer,
    SourceRefusedError,
    around_of,
    one_line,
    source_entrance,
)
from spongecalc.project.layer_source import LayerSource

# What a drafter draws a leader with, where no LEADER is used.
STROKES = ("LINE", "LWPOLYLINE", "POLYLINE")


@dataclass
class _Seen:
    """Everything that a drawing's model space shows beside the features that were asked for."""

    names: set[str] = field(default_factory=set)
    texts: DrawnTexts = field(default_factory=DrawnTexts)
    damaged: list[EntityNote] = field(default_factory=list)
    clipped: list[EntityNote] = field(default_factory=list)
    hidden: list[Drawn] = field(default_factory=list)


def read_drawing(
    path: Path,
    layer: str,
    source: LayerSource,
    catalogue: Catalogue,
    siblings: Sequence[LayerSource] = (),
) -> RawLayer:
    """The lines, areas or symbols of a drawing, for one layer of the contract.

    Parameters
    ----------
    path
        A .dxf.
    layer
        The contract's layer: its geometry types say whether lines, closed outlines or symbols are meant.
    source
        Its ``layer`` names CAD layers, with ``*`` for any letters and ``|`` between several, or takes all;
        ``labels`` say how texts become attributes.
    catalogue
        Which materials there are.
    siblings
        Other sources of the same layer of the contract in the same drawing: a text that belongs to what they
        read belongs to nothing here.

    Returns
    -------
    Features with the fields ``cad_layer``, ``entity``, ``block``, ``handle``, ``text`` (all texts that belong to
    it), ``elevation`` (of what lies at one level), ``z_first`` and ``z_last``, ``cass_code`` where CASS wrote
    one, one for each attribute of a block, and one for each named group of the labels' pattern.

    Raises
    ------
    SourceRefusedError
        If the file is no drawing, or has no such CAD layer.
    """
    with source_entrance(path, "drawing", layer):
        return _read(path, layer, source, catalogue, siblings)


def _read(
    path: Path, layer: str, source: LayerSource, catalogue: Catalogue, siblings: Sequence[LayerSource]
) -> RawLayer:
    opened = open_drawing(path, source.encoding)
    document = opened.document
    wanted = wanted_of(layer, name_matcher(source.layer))
    sizes = BlockSizes(document)
    in_units = (d for d in drawn_in(document, 1.0, lambda _: False) if not is_text(d))
    metres, unit_notes = metres_of(document, in_units, source.drawing_unit)
    reading = Reading(document, wanted, sizes)
    seen = _Seen()
    for drawn in drawn_in(document, metres, opener(document, wanted, sizes)):
        _sort(document, drawn, reading, seen, source)
    reading.finish()
    bad, lost = _bad_numbers(opened.bad_numbers, wanted, source, metres)
    if not reading.count and not seen.hidden and not seen.texts.mapped and not bad:
        available = ", ".join(sorted(seen.names)) or "-"
        raise SourceRefusedError("layer.missing", layer=source.layer or "*", available=available)
    rivals = _rivals(document, metres, layer, source, siblings)
    said = labelled(reading.taken, seen.texts, rivals, layer, source.labels, catalogue)
    hidden_left = len(seen.hidden) if source.hidden == "left_out" else 0
    found: dict[str, object] = {
        "read": reading.count + hidden_left + lost,
        "taken": len(reading.taken),
        "left": len(reading.left) + hidden_left + lost,
        "texts": len(said.used),
    }
    counted = Note("drawing.counted", found)
    notes = (
        *opened.notes,
        *unit_notes,
        *_hidden_notes(seen, source, said),
        *_paper_notes(document, wanted),
        counted,
    )
    taken = frozenset(t.drawn.handle for t in reading.taken)
    around = around_of(taken)
    ledger = DrawingLedger(
        taken=taken,
        used=said.used,
        left=(*reading.left, *seen.damaged, *bad),
        noted=(*said.noted, *(n for n in seen.clipped if n.handle in around)),
        loose=said.loose,
        hidden=hidden_left,
    )
    return RawLayer(_frame(reading.taken, said, source), notes=notes, ledger=ledger)


def _sort(document: Drawing, drawn: Drawn, reading: Reading, seen: _Seen, source: LayerSource) -> None:
    """Put one entity where it belongs: among features, labels, leaders or what is hidden."""
    seen.names.add(drawn.layer)
    if drawn.opened and is_clipped(drawn.entity):
        seen.clipped.append(note_at("drawing.clipped", drawn, block=drawn.block or "-"))
    wanted = reading.is_wanted(drawn)
    if is_text(drawn):
        try:
            _text(drawn, seen.texts, wanted)
        except FAILURES as reason:
            words = one_line(reason) or type(reason).__name__
            seen.damaged.append(note_at("drawing.damaged", drawn, reason=words))
    elif not wanted and (path := _other_file(document, drawn)) is not None:
        # Whatever layer it is on, nobody can say what it shows.
        seen.damaged.append(note_at("drawing.other_file", drawn, path=path))
    elif not wanted:
        if (stroke := _stroke(drawn)) is not None:
            seen.texts.strokes.append((drawn.layer, stroke))
    elif drawn.hidden and not drawn.opened:
        seen.hidden.append(drawn)
        if source.hidden == "read":
            reading.read(drawn)
    else:
        reading.read(drawn)


def _bad_numbers(
    found: Sequence[BadNumber], wanted: Wanted, source: LayerSource, metres: float
) -> tuple[tuple[EntityNote, ...], int]:
    """Entities with a number that is none, of mapped CAD layers or among the labels; and how many are no texts.

    What is on layer 0 of a block may be on any CAD layer.
    """
    notes, features = [], 0
    for bad in found:
        mapped = wanted.layer(bad.cad_layer) or (bool(bad.block) and bad.cad_layer == "0")
        words = bad.kind in TEXTS
        if not mapped and not (words and takes_texts_of(source.labels, bad.cad_layer)):
            continue
        features += not words
        # In a sentence "nan" would be taken for nothing.
        about = {"line": bad.line, "words": bad.words.replace("nan", "NaN")}
        notes.append(
            EntityNote(
                "drawing.bad_number", bad.handle, bad.kind, bad.cad_layer, bad.x * metres, bad.y * metres, about
            )
        )
    return tuple(notes), features


def _other_file(document: Drawing, drawn: Drawn) -> str | None:
    return is_reference_to_file(document, drawn.entity) if drawn.kind == "INSERT" else None


def _text(drawn: Drawn, texts: DrawnTexts, wanted: bool) -> None:
    if (pointer := pointer_of(drawn)) is not None:
        texts.pointers.append(pointer)
    elif drawn.kind != "LEADER" and (label := label_of(drawn)) is not None:
        texts.labels.append(label)
        if wanted and not drawn.in_symbol:
            texts.mapped.add(label.handle)


def _stroke(drawn: Drawn) -> shapely.LineString | None:
    """A plain line that may lead from a text to what it labels."""
    if drawn.kind not in STROKES or is_mesh(drawn):
        return None
    try:
        return line_of(drawn)
    except FAILURES:
        return None


def _hidden_notes(seen: _Seen, source: LayerSource, said: Labelled) -> tuple[Note, ...]:
    """Tell what frozen and switched-off layers hold, and whether it was read."""
    labels = {label.layer for label in said.hidden}
    about = {"count": len(said.hidden), "layers": ", ".join(sorted(labels))}
    notes = (Note("drawing.hidden_labels", about),) if labels else ()
    if not seen.hidden:
        return notes
    named = {
        state: ", ".join(sorted({d.layer for d in seen.hidden if d.hidden == state})) or "-"
        for state in (FROZEN, OFF)
    }
    found = {
        "count": len(seen.hidden),
        "frozen": named[FROZEN],
        "off": named[OFF],
        "invisible": sum(d.hidden == INVISIBLE for d in seen.hidden),
    }
    return (Note("drawing.hidden_left" if source.hidden == "left_out" else "drawing.hidden_read", found), *notes)


def _paper_notes(document: Drawing, wanted: Wanted) -> tuple[Note, ...]:
    """Things on mapped CAD layers that are drawn on sheets instead of in the model."""
    there: dict[str, int] = {}
    for name in document.layout_names_in_taborder():
        if name == "Model":
            continue
        drawn = [
            e for e in document.paperspace(name) if e.dxftype() != "VIEWPORT" and wanted.layer(layer_name(e))
        ]
        if drawn:
            there[name] = len(drawn)
    if not there:
        return ()
    return (Note("drawing.paper_space", {"count": sum(there.values()), "sheets": ", ".join(there)}),)


def _rivals(
    document: Drawing, metres: float, layer: str, source: LayerSource, siblings: Sequence[LayerSource]
) -> list[Rival]:
    """The features that other sources of the same drawing read for the same layer."""
    own = name_matcher(source.layer)
    rivals = []
    for sibling in siblings:
        wanted = wanted_of(layer, name_matcher(sibling.layer))
        sizes = BlockSizes(document)
        reading = Reading(document, wanted, sizes)
        for drawn in drawn_in(document, metres, opener(document, wanted, sizes)):
            if not is_text(drawn) and reading.is_wanted(drawn) and not own.fullmatch(drawn.layer):
                reading.read(drawn)
        features = tuple(shapely.force_2d(t.geometry) for t in reading.taken)
        if features:
            rivals.append(Rival(features, sibling.labels))
    return rivals


def _frame(taken: Sequence[Taken], said: Labelled, source: LayerSource) -> gpd.GeoDataFrame:
    """The features with their own fields, those of their blocks and those that their labels fill."""
    own = ("cad_layer", "entity", "block", "handle", "elevation", "z_first", "z_last")
    attributes = dict.fromkeys(name for t in taken for name in t.fields)
    asked = {*source.fields.values(), *source.filter, *(look.field for look in source.lookups)}
    refuse_fields(len(own) + len(attributes.keys() - set(own)), source.layer or "")
    # A field that labels may fill is there though no label fills it: its pipes are still pipes.
    expected = [*groups_of(source.labels), *(n for n in FILLED if n in asked)]
    if not taken:
        # Which fields there would be nobody can say.
        expected.extend(sorted(asked))
    columns = {
        name: pd.Series([t.fields.get(name) for t in taken], dtype=object)
        for name in dict.fromkeys([*own, *attributes])
    }
    columns["text"] = pd.Series([" ".join(words) or None for words in said.words], dtype=object)
    for name in dict.fromkeys([*(n for fields in said.fields for n in fields), *expected]):
        if name not in columns:
            columns[name] = pd.Series([fields.get(name) for fields in said.fields], dtype=object)
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=[t.geometry for t in taken])

"""The contents of a drawing, CAD layer by CAD layer: kinds of entities, blocks and their attributes, texts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from spongecalc.layers.sources.cad.blocks import SYMBOL_M, BlockSizes
from spongecalc.layers.sources.cad.document import FAILURES, QUOTED, OpenedDrawing, open_drawing
from spongecalc.layers.sources.cad.drawing_unit import metres_of
from spongecalc.layers.sources.cad.features import is_text, symbol_layer
from spongecalc.layers.sources.cad.labels import label_of
from spongecalc.layers.sources.cad.shapes import CLOSED_M, FACES, FILLS, LINES, PLACES, gap_m, is_mesh
from spongecalc.layers.sources.cad.walk import Drawn, drawn_in
from spongecalc.layers.sources.raw import Note, source_entrance


@dataclass
class CadLayer:
    """The contents of one CAD layer: entities by type, blocks by name, the attributes of each symbol, texts.

    ``lines`` are open ones, ``areas`` closed outlines, fills and faces, ``symbols`` blocks, points and circles;
    ``hidden`` counts what is not shown, by the reason.
    """

    name: str
    kinds: Counter[str] = field(default_factory=Counter)
    blocks: Counter[str] = field(default_factory=Counter)
    attributes: list[dict[str, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    hidden: Counter[str] = field(default_factory=Counter)
    lines: int = 0
    areas: int = 0
    symbols: int = 0

    @property
    def count(self) -> int:
        """Number of entities."""
        return sum(self.kinds.values())


def cad_layers(path: Path, encoding: str | None = None) -> tuple[OpenedDrawing, list[CadLayer], tuple[Note, ...]]:
    """A drawing, its CAD layers in the order of their names, and what was noted on opening it.

    Blocks that hold a plan are taken apart; those that are symbols count as one each.
    """
    with source_entrance(path, "drawing"):
        return _layers_of(open_drawing(path, encoding))


def _layers_of(opened: OpenedDrawing) -> tuple[OpenedDrawing, list[CadLayer], tuple[Note, ...]]:
    document = opened.document
    sizes = BlockSizes(document)
    top = (d for d in drawn_in(document, 1.0, lambda _: False) if not is_text(d))
    metres, notes = metres_of(document, top, None)
    found: dict[str, CadLayer] = {}
    for drawn in drawn_in(document, metres, lambda d: sizes.reach_m(d.entity, d.matrix) > SYMBOL_M):
        if drawn.in_symbol:
            # It counts with its block.
            continue
        if drawn.opened:
            # Its contents count where they lie; the reference shows what they are called.
            here = found.setdefault(drawn.layer, CadLayer(drawn.layer))
            here.kinds[drawn.kind] += 1
            here.blocks[drawn.block or ""] += 1
        else:
            name = symbol_layer(drawn, sizes) if drawn.kind == "INSERT" else drawn.layer
            _count(found.setdefault(name, CadLayer(name)), drawn)
    bad = opened.bad_numbers
    if bad:
        lines = ", ".join(str(b.line) for b in bad[:QUOTED]) + (" ..." if len(bad) > QUOTED else "")
        notes = (*notes, Note("drawing.bad_numbers", {"count": len(bad), "lines": lines, "words": bad[0].words}))
    return opened, [found[name] for name in sorted(found)], (*opened.notes, *notes)


def _count(layer: CadLayer, drawn: Drawn) -> None:
    layer.kinds[drawn.kind] += 1
    if drawn.hidden:
        layer.hidden[drawn.hidden] += 1
    if is_text(drawn):
        try:
            label = label_of(drawn) if drawn.kind != "LEADER" else None
        except FAILURES:
            label = None
        if label is not None:
            layer.texts.append(" ".join(label.words.split()))
        return
    if drawn.kind == "INSERT":
        layer.blocks[drawn.block or ""] += 1
    if drawn.attributes:
        layer.attributes.append(dict(drawn.attributes))
    if drawn.kind in PLACES:
        layer.symbols += 1
    elif drawn.kind in (*FILLS, *FACES) or is_mesh(drawn):
        layer.areas += 1
    elif drawn.kind in LINES:
        closed = drawn.kind not in ("LINE", "ARC") and _closed(drawn)
        layer.areas += closed
        layer.lines += not closed


def _closed(drawn: Drawn) -> bool:
    try:
        return gap_m(drawn) <= CLOSED_M
    except FAILURES:
        return False

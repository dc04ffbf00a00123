"""Everything that a drawing's model space shows, blocks in blocks opened, each with its place and CAD layer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ezdxf.document import Drawing
from ezdxf.math import Matrix44

from spongecalc.gate.drawing import ShownCount, array_size
from spongecalc.layers.sources.cad.blocks import attributes_of, is_label_block, layer_name


@dataclass(frozen=True)
class Drawn:
    """One entity as it is shown.

    ``layer`` is the CAD layer that counts: what lies on layer 0 of a block is on the layer of the block's
    reference. ``handle`` leads through the references to the entity ("2F.1A"), with the number of a copy where a
    reference is an array ("2F-3.1A"). ``matrix`` takes its coordinates to metres in model space. ``block`` and
    ``attributes`` are those of the reference around it, or of the reference that it is. ``opened`` marks a
    reference whose contents follow, ``in_symbol`` a text of a block that is one label as a whole.
    """

    entity: Any
    kind: str
    layer: str
    handle: str
    matrix: Matrix44
    block: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    hidden: str = ""
    opened: bool = False
    in_symbol: bool = False


type Opens = Callable[[Drawn], bool]
"""Tells whether a block reference is taken apart, or stands for one thing."""

FROZEN, OFF, INVISIBLE = "frozen", "off", "invisible"


def name_matcher(names: str | None) -> re.Pattern[str]:
    """A pattern for names of CAD layers: ``*`` for any letters, ``|`` between several; None takes all."""
    parts = [re.escape(p.strip()).replace(r"\*", ".*") for p in (names or "*").split("|")]
    return re.compile("|".join(parts), re.IGNORECASE | re.DOTALL)


def drawn_in(document: Drawing, metres: float, opens: Opens) -> Iterator[Drawn]:
    """Everything in a drawing's model space.

    Parameters
    ----------
    document
        The drawing.
    metres
        Length of its unit [m].
    opens
        For each block reference, whether it is taken apart.

    Raises
    ------
    TooLargeError
        It shows more than a layer may have features: blocks in blocks multiply, and arrays of them.
    """
    count = ShownCount()
    states = {
        str(la.dxf.name).lower(): FROZEN if la.is_frozen() else OFF if la.is_off() else ""
        for la in document.layers
    }
    root = Matrix44.scale(metres)
    for entity in document.modelspace():
        yield from _shown(entity, root, None, "", states, opens, (), count)


def _shown(
    entity: Any,
    matrix: Matrix44,
    around: Drawn | None,
    number: str,
    states: Mapping[str, str],
    opens: Opens,
    inside: tuple[str, ...],
    count: ShownCount,
) -> Iterator[Drawn]:
    count.add(1)
    kind = entity.dxftype()
    own = layer_name(entity)
    layer = around.layer if around is not None and own == "0" else own
    handle = f"{entity.dxf.get('handle', '?')}{number}"
    handle = f"{around.handle}.{handle}" if around is not None else handle
    hidden = states.get(layer.lower(), "") or (INVISIBLE if _is_invisible(entity) else "")
    if around is not None and around.hidden in (FROZEN, INVISIBLE):
        # A frozen reference hides all that is in it; one that is only off does not.
        hidden = hidden or around.hidden
    if kind != "INSERT":
        block, said = (around.block, around.attributes) if around is not None else (None, {})
        yield Drawn(entity, kind, layer, handle, matrix, block, said, hidden)
        return
    if not number and entity.mcount > 1:
        count.allow(array_size(entity))
        for copy, single in enumerate(entity.multi_insert(), start=1):
            single.dxf.handle = entity.dxf.get("handle", "?")
            yield from _shown(single, matrix, around, f"-{copy}", states, opens, inside, count)
        return
    own_words = attributes_of(entity)
    said = {**(around.attributes if around is not None else {}), **own_words}
    name = str(entity.dxf.get("name", ""))
    here = Drawn(entity, kind, layer, handle, matrix, name, said, hidden)
    contents = entity.block()
    # A damaged file may hold a block in itself.
    if contents is None or name in inside or not opens(here):
        yield here
        if contents is not None and is_label_block(contents):
            yield from _texts_of(here, contents)
        return
    yield Drawn(entity, kind, layer, handle, matrix, name, said, hidden, opened=True)
    # An anonymous block is named by the program; what it is called tells a reader nothing.
    placed = Matrix44.chain(entity.matrix44(), matrix)
    for part in contents:
        if part.dxftype() != "ATTDEF" or part.is_const:
            yield from _shown(part, placed, here, "", states, opens, (*inside, name), count)


def _texts_of(here: Drawn, contents: Any) -> Iterator[Drawn]:
    """The texts of a block that is a label: those that it shows itself, and the attributes of its reference."""
    placed = Matrix44.chain(here.entity.matrix44(), here.matrix)
    own = [(p, placed) for p in contents if p.dxftype() in ("TEXT", "MTEXT")]
    shown = [(a, here.matrix) for a in here.entity.attribs if a.is_alive and not a.is_invisible]
    for text, matrix in (*own, *shown):
        layer = here.layer if layer_name(text) == "0" else layer_name(text)
        handle = f"{here.handle}.{text.dxf.get('handle', '?')}"
        yield Drawn(text, text.dxftype(), layer, handle, matrix, hidden=here.hidden, in_symbol=True)


def _is_invisible(entity: Any) -> bool:
    return entity.dxf.is_supported("invisible") and bool(entity.dxf.get("invisible", 0))

"""Everything that a drawing's model space shows, blocks in blocks opened, each with its place and CAD layer."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ezdxf.document import Drawing
from ezdxf.math import X_AXIS, Y_AXIS, Z_AXIS, Matrix44

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

# Blocks in blocks are counted to this depth, and so many references; numbers beyond the last are all as far.
_DEEPEST, _LOOKED_INTO, _FAR_BEYOND = 100, 100_000, 10**12

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
    space = document.modelspace()
    multiplied = Multiplied(document, opens, count.allowed)
    if multiplied.may_exceed(space):
        count.allow(multiplied.shown(space, root))
    for entity in space:
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


class Multiplied:
    """The number of things that blocks in blocks multiply to, without going through them.

    Nine levels of ten references each are a drawing of 30 kB and a thousand million lines.
    """

    def __init__(self, document: Drawing, opens: Opens, allowed: int) -> None:
        self._document, self._opens, self._allowed = document, opens, allowed
        self._at_most: dict[str, float] = {}
        self._parts: dict[str, frozenset[str]] = {}
        self._held: dict[str, frozenset[str]] = {}
        self._known: dict[tuple[object, ...], int] = {}
        self._seen = self._looked_into = 0

    def may_exceed(self, space: Iterable[Any]) -> bool:
        """True where a space would show more than is allowed with each block in it taken apart.

        Of most drawings this is all that is asked: it looks at no size of a block.
        """
        return sum(self._most(e, 0) for e in space) > self._allowed

    def _most(self, entity: Any, depth: int) -> float:
        if entity.dxftype() != "INSERT":
            return 1
        if depth > _DEEPEST:
            return math.inf
        name = str(entity.dxf.get("name", ""))
        if name not in self._at_most:
            # A block that holds itself has no most.
            self._at_most[name] = math.inf
            self._at_most[name] = 1 + sum(self._most(e, depth + 1) for e in entity.block() or ())
        return 1 + _copies(entity) * self._at_most[name]

    def shown(self, space: Iterable[Any], root: Matrix44) -> int:
        """The number of things that a space shows, or fewer where it takes long to count.

        Going through a drawing counts as well: what is not found here ends there.
        """
        count = sum(self._shown(e, root, None, ()) for e in space)
        return min(count, _FAR_BEYOND)

    def _shown(self, entity: Any, matrix: Matrix44, around: Drawn | None, inside: tuple[str, ...]) -> int:
        # What is seen is shown at least once: beyond what is allowed, nothing more has to be known.
        self._seen += 1
        if entity.dxftype() != "INSERT" or self._seen > self._allowed:
            return 1
        copies = _copies(entity)
        more = 1 if copies > 1 else 0
        self._looked_into += 1
        name = str(entity.dxf.get("name", ""))
        contents = entity.block()
        if contents is None or name in inside or len(inside) > _DEEPEST or self._looked_into > _LOOKED_INTO:
            return more + copies
        own = layer_name(entity)
        layer = around.layer if around is not None and own == "0" else own
        itself = entity.matrix44()
        placed = Matrix44.chain(itself, matrix)
        # Turned or moved, a block shows as much; stretched, it may be no symbol any more, nor those in it.
        stretched = (_stretch(itself), _stretch(matrix), _stretch(placed))
        key = (name, layer, *stretched, self._held_in(name).intersection(inside))
        if key not in self._known:
            self._known[key] = 1
            here = Drawn(entity, "INSERT", layer, "", matrix, name)
            if self._opens(here):
                parts = (p for p in contents if p.dxftype() != "ATTDEF" or p.is_const)
                self._known[key] += sum(self._shown(p, placed, here, (*inside, name)) for p in parts)
        return more + copies * self._known[key]

    def _held_in(self, name: str) -> frozenset[str]:
        """Names of the blocks that are in a block, at whatever depth."""
        if name not in self._held:
            found: set[str] = set()
            ahead = [name]
            while ahead:
                names = self._parts_of(ahead.pop()) - found
                found |= names
                ahead.extend(names)
            self._held[name] = frozenset(found)
        return self._held[name]

    def _parts_of(self, name: str) -> frozenset[str]:
        if name not in self._parts:
            parts = self._document.blocks.get(name) or ()
            self._parts[name] = frozenset(str(e.dxf.get("name", "")) for e in parts if e.dxftype() == "INSERT")
        return self._parts[name]


def _copies(reference: Any) -> int:
    """The copies of a block reference that an array has at places of their own; 1 of one that is none."""
    return min(max(int(reference.mcount), 1), _FAR_BEYOND)


def _stretch(matrix: Matrix44) -> tuple[float, ...]:
    """The lengths of a matrix's axes and the angles between them, however it turns and moves."""
    x, y, z = (matrix.transform_direction(axis) for axis in (X_AXIS, Y_AXIS, Z_AXIS))
    return tuple(float(f"{a.dot(b):.9g}") for a, b in ((x, x), (y, y), (z, z), (x, y), (y, z), (z, x)))


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

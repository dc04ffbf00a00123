"""A layer as it stands in its source, before it is brought to the data contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd

from spongecalc.gate.cause import Cause
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError


@dataclass(frozen=True)
class Note:
    """Something noteworthy about a source: the rule, what fills its sentences, and the feature it is said of.

    ``feature_id`` is "" where it is said of the source as a whole.
    """

    rule: str
    found: dict[str, object] = field(default_factory=dict)
    feature_id: str = ""


@dataclass(frozen=True)
class EntityNote:
    """Something to say of one entity of a drawing: the rule, its handle, type and CAD layer, and where it is.

    ``x_m`` and ``y_m`` are in the drawing's coordinates; ``found`` holds what the rule's sentences say besides.
    """

    rule: str
    handle: str
    kind: str
    cad_layer: str
    x_m: float
    y_m: float
    found: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class LooseLabel:
    """A text of a drawing that belongs to no feature; ``by_meaning`` where only what it says makes it a label."""

    handle: str
    words: str
    x_m: float
    y_m: float
    by_meaning: bool


def around_of(handles: Iterable[str]) -> frozenset[str]:
    """Handles of the block references around entities, from the outermost in."""
    paths = [handle.split(".") for handle in handles if "." in handle]
    return frozenset(".".join(path[:n]) for path in paths for n in range(1, len(path)))


@dataclass(frozen=True)
class DrawingLedger:
    """The fate of everything on the CAD layers that a layer was mapped to.

    Handles of what was taken and of the texts that were used, what was left out, what else is to be said of an
    entity, and the labels that belong to nothing. Another layer out of the same drawing may have taken what this
    one left.
    """

    taken: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()
    left: tuple[EntityNote, ...] = ()
    noted: tuple[EntityNote, ...] = ()
    loose: tuple[LooseLabel, ...] = ()
    hidden: int = 0


@dataclass(frozen=True)
class RawLayer:
    """The features of a source with its own fields.

    ``frame`` has the source's CRS, or none where the source states none. ``columns`` are fields that already
    bear the contract's names because the form says what they are (a survey table, a SWMM model); ``origin`` says
    which of the source's own fields they were made of, where it was one. ``ledger`` is that of a drawing.
    """

    frame: gpd.GeoDataFrame
    columns: frozenset[str] = frozenset()
    notes: tuple[Note, ...] = ()
    ledger: DrawingLedger | None = None
    origin: Mapping[str, str] = field(default_factory=dict)


class SourceRefusedError(InputRefusedError):
    """A source that cannot be read: ``rule`` names the finding, ``found`` fills its sentences."""

    def __init__(self, rule: str, **found: object) -> None:
        super().__init__(rule)
        self.rule, self.found = rule, found


def source_entrance(path: Path, form: str, layer: str = "", /, **found: object) -> Entrance:
    """The gate's entrance for a source: what fails within is a SourceRefusedError with the cause.

    Parameters
    ----------
    path, form, layer
        As the :class:`~spongecalc.gate.entrance.Entrance` takes them.
    found
        What the sentences of ``file.unreadable`` say besides.
    """

    def refused(cause: Cause) -> SourceRefusedError:
        if cause.kind == "missing":
            return SourceRefusedError("file.missing")
        return _refused("file.unreadable", cause, **found)

    return Entrance(path, form, layer, refused)


def unread_ground(path: Path) -> Entrance:
    """The gate's entrance for a raster of ground: what fails within is a SourceRefusedError with the cause."""
    return Entrance(path, "raster", "dem", lambda cause: _refused("dem.unreadable", cause))


def _refused(rule: str, cause: Cause, **found: object) -> SourceRefusedError:
    """The refusal of a cause: by ``rule``, or because the gate did not let the file in."""
    if cause.kind == "pointer":
        return SourceRefusedError("form.pointer", **dict(cause.values))
    return SourceRefusedError("file.not_admitted" if cause.turned_away else rule, reason=cause, **found)


def one_line(reason: BaseException) -> str:
    """Words of an exception, on one line."""
    return " ".join(str(reason).split())

"""The lines of a survey's point tables: each pair of points once, with what either end says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from spongecalc.catalogue.catalogue import shipped
from spongecalc.catalogue.size_text import parse_size
from spongecalc.layers.field_names import folded, recognised_fields, unit_of_heading
from spongecalc.layers.id_text import by_case
from spongecalc.layers.sources.point_table import PointTable, name_of
from spongecalc.layers.sources.raw import Note, RawLayer
from spongecalc.project.quantity import factor

# What both ends of a line say of the whole of it.
OF_THE_LINE = ("diameter_mm", "width_mm", "height_mm", "shape", "material", "year", "system", "status")
OF_THE_END = ("invert_m", "depth_m")
MADE = ("pipe_id", "from_node", "to_node", "invert_up_m", "invert_down_m", "depth_up_m", "depth_down_m")


@dataclass(frozen=True)
class Telling:
    """A row that tells of a line from one end: the table, the position in it, and the level there in m."""

    table: PointTable
    position: int
    level_m: float

    @property
    def row(self) -> int:
        """The row's number in its file."""
        return self.table.row_of(self.position)

    def value(self, field: str | None) -> object:
        """Value of the row in a field; None where there is no such field."""
        return None if field is None else self.table.rows[self.position].get(field)


def lines_of_points(
    own: PointTable,
    beside: Sequence[PointTable],
    places: Mapping[str, np.ndarray],
    points: frozenset[str],
) -> tuple[RawLayer, list[str | None]]:
    """The lines of a point table, not drawn yet, and the id of each.

    Nobody states the direction of flow in such a table: a line runs from the end whose pipe lies higher, and
    as it is listed first where the ends do not tell. Of a line that two sheets tell of, the sheet of that end has
    it. Where both ends speak of the whole line and disagree, the upper end counts, and that is named.

    Parameters
    ----------
    own
        The table whose lines are asked for.
    beside
        All point tables of the delivery of which lines are made, by file and sheet.
    places, points
        The points that have a place, and all that have a row: a name that is none of them, but differs from one
        by case alone, means that one.
    """
    known = set(places) | points
    named = {str(n) for one in (own, *beside) for n in one.others.dropna()}
    meant = by_case(named - known, known)
    told = {one.sheet: _tellings(one, meant) for one in (*(t for t in beside if t.sheet != own.sheet), own)}
    columns = {one.sheet: _line_fields(one) for one in (*beside, own)}
    rows: list[dict[str, object]] = []
    ids: list[str | None] = []
    notes: list[Note] = list(own.notes)
    turned = repeated = 0
    seen: set[tuple[str, str]] = set()
    for a, b in told[own.sheet]:
        if (a, b) in seen:
            continue
        seen |= {(a, b), (b, a)}
        first = _from_one_end(told, (a, b), columns)
        last = _from_one_end(told, (b, a), columns) if a != b else []
        repeated += sum(len(t.get(p, ())) for t in (told[own.sheet],) for p in {(a, b), (b, a)}) - len(
            [t for t in (*first, *last) if t.table is own]
        )
        pipes = _paired(first, last, columns)
        if len(pipes) > 1:
            places_said = [f"{t.table.sheet} {t.row}" for pair in pipes for t in pair if t is not None]
            notes.append(
                Note("survey.parallel", {"count": len(pipes), "rows": ", ".join(places_said)}, f"{a}-{b}")
            )
        for number, (one, other) in enumerate(pipes, 1):
            upper, lower = _by_level(one, other)
            if (upper or lower).table is not own:  # type: ignore[union-attr]
                continue
            names = (a, b) if upper is one else (b, a)
            turned += names != (a, b)
            identifier = "-".join(names) + (f"_{number}" if number > 1 else "")
            row, differing = _row(own, upper, lower, columns)
            rows.append({**row, "pipe_id": identifier, "from_node": names[0], "to_node": names[1]})
            ids.append(identifier)
            notes.extend(Note("survey.ends_differ", words, identifier) for words in differing)
    if repeated:
        notes.append(Note("survey.row_again", {"count": repeated, "sheet": own.sheet}))
    notes += _written_otherwise(own, meant)
    notes.append(Note("survey.direction", {"count": len(rows), "turned": turned}))
    held = [c for c in own.frame.columns if c not in MADE]
    frame = pd.DataFrame(rows, columns=[*held, *MADE], dtype=object)
    origin = {"from_node": own.fields["point"], "to_node": own.fields["connected"]}
    for key in OF_THE_END:
        if key in own.fields:
            origin |= {f"{key.removesuffix('_m')}_{end}_m": own.fields[key] for end in ("up", "down")}
    return RawLayer(frame, frozenset(MADE), tuple(notes), origin=origin), ids


def _written_otherwise(own: PointTable, meant: Mapping[str, str]) -> list[Note]:
    others = set(own.others.dropna())
    used = others | set(own.names.dropna())
    pairs = {f"{a} = {b}" for a, b in meant.items() if a in others}
    for column in (own.fields["point"], own.fields["connected"]):
        pairs |= {
            f"{v!r} = {name_of(v)}"
            for v in own.frame[column].dropna().unique()
            if isinstance(v, str) and v != name_of(v) and name_of(v) in used
        }
    return [Note("id.read_as", {"count": len(pairs), "pairs": ", ".join(sorted(pairs)[:10])})] if pairs else []


def _tellings(one: PointTable, meant: Mapping[str, str]) -> dict[tuple[str, str], list[Telling]]:
    """The rows of a table by the pair of points that they tell of, in the table's order."""
    ground = one.numbers_m("ground_m").groupby(one.names).transform("first")
    level = one.numbers_m("invert_m").fillna(ground - one.numbers_m("depth_m"))
    found: dict[tuple[str, str], list[Telling]] = {}
    for position, (a, b, z) in enumerate(zip(one.names, one.others, level, strict=True)):
        if isinstance(a, str) and isinstance(b, str):
            found.setdefault((a, meant.get(b, b)), []).append(Telling(one, position, float(z)))
    return found


def _line_fields(one: PointTable) -> dict[str, str]:
    """The fields of a table that speak of whole lines, and of a line at one end."""
    own = {c: f for c, f in one.source.fields.items() if f in one.frame.columns}
    known = recognised_fields("pipes", one.frame.columns, [*own, *own.values()])
    found = {c: f for c, f in {**known, **own}.items() if c in OF_THE_LINE}
    return found | {k: one.fields[k] for k in OF_THE_END if k in one.fields}


def _from_one_end(
    told: Mapping[str, Mapping[tuple[str, str], list[Telling]]],
    pair: tuple[str, str],
    columns: Mapping[str, Mapping[str, str]],
) -> list[Telling]:
    """The different rows that tell of a line from one end, out of the first sheet by name that has any."""
    for sheet in sorted(told):
        if rows := told[sheet].get(pair):
            fields = columns[sheet].values()
            different = {tuple(str(r.value(f)) for f in fields): r for r in reversed(rows)}
            return sorted(different.values(), key=lambda r: r.position)
    return []


def _paired(
    first: list[Telling], last: list[Telling], columns: Mapping[str, Mapping[str, str]]
) -> list[tuple[Telling | None, Telling | None]]:
    """The rows of either end that tell of the same pipe: of several between two points, those of one size."""
    if len(first) <= 1 and len(last) <= 1:
        return [(first[0] if first else None, last[0] if last else None)]

    def size(row: Telling) -> object:
        return _size(row.value(columns[row.table.sheet].get("diameter_mm")))

    left = list(last)
    pairs: list[tuple[Telling | None, Telling | None]] = []
    alone = []
    for row in first:
        match = next((r for r in left if size(r) == size(row)), None)
        if match is None:
            alone.append(row)
            continue
        left.remove(match)
        pairs.append((row, match))
    while alone or left:
        pairs.append((alone.pop(0) if alone else None, left.pop(0) if left else None))
    return pairs


def _by_level(one: Telling | None, other: Telling | None) -> tuple[Telling | None, Telling | None]:
    """The upper end and the lower; the order that they were given in where the levels do not tell."""
    if one is not None and other is not None:
        if other.level_m > one.level_m:
            return other, one
        same = not one.level_m > other.level_m
        if same and other.table.sheet < one.table.sheet:
            return other, one
    return one, other


def _row(
    own: PointTable, upper: Telling | None, lower: Telling | None, columns: Mapping[str, Mapping[str, str]]
) -> tuple[dict[str, object], list[dict[str, object]]]:
    """The values of a line in the fields of its own table, and what its ends disagree on."""
    main, other = (upper, lower) if upper is not None else (lower, None)
    assert main is not None
    row: dict[str, object] = dict(own.rows[main.position])
    differing: list[dict[str, object]] = []
    if other is not None:
        theirs = columns[other.table.sheet]
        for column, field in columns[own.sheet].items():
            if column in OF_THE_END:
                continue
            here, there = row[field], _in_unit_of(own, other, column, theirs.get(column))
            if here is None:
                row[field] = there
            elif there is not None and not _same(column, here, there):
                differing.append(
                    {
                        "column": column,
                        "kept": str(here),
                        "other": str(there),
                        "row": f"{own.sheet} {main.row}",
                        "other_row": f"{other.table.sheet} {other.row}",
                    }
                )
        if other.table is own:
            rest = own.rows[other.position]
            row = {k: v if v is not None else rest[k] for k, v in row.items()}
    for key in OF_THE_END:
        for end, telling in (("up", upper), ("down", lower)):
            column = f"{key.removesuffix('_m')}_{end}_m"
            row[column] = None
            if telling is not None:
                row[column] = _in_unit_of(own, telling, key, columns[telling.table.sheet].get(key))
    return row, differing


def _in_unit_of(own: PointTable, telling: Telling, column: str, field: str | None) -> object:
    """A row's value as the table ``own`` would write it: sheets of one delivery may differ in their units."""
    value = telling.value(field)
    if telling.table is own or not isinstance(value, (int, float)):
        return value
    mine, theirs = _unit(own, column), _unit(telling.table, column)
    return value if mine == theirs else value * (theirs / mine)


def _unit(one: PointTable, column: str) -> float:
    fields = _line_fields(one)
    unit = one.source.units.get(column) or (unit_of_heading(fields[column], column) if column in fields else None)
    return factor(unit, column) if unit else 1.0


def _same(column: str, one: object, other: object) -> bool:
    """True where two values mean the same, however each is written."""
    if folded(name_of(one) or "") == folded(name_of(other) or ""):
        return True
    if column in ("diameter_mm", "width_mm", "height_mm"):
        return _size(one) is not None and _size(one) == _size(other)
    if column == "material":
        known = shipped().material(str(one))
        return known is not None and known == shipped().material(str(other))
    return False


def _size(value: object) -> tuple[object, ...] | None:
    size = parse_size(str(value))
    return None if size is None else (size.diameter_mm, size.width_mm, size.height_mm, size.outer, size.barrels)

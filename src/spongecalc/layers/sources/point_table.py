"""The rows of a survey's point table, each a point and one point that it connects to."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from spongecalc.layers.field_names import base_name, folded, recognised_fields, unit_of_heading
from spongecalc.layers.id_text import id_text
from spongecalc.layers.number_text import numbers_of
from spongecalc.layers.sources.raw import Note, SourceRefusedError
from spongecalc.layers.sources.table_file import listed, read_whole_table
from spongecalc.project.layer_source import LayerSource
from spongecalc.project.quantity import column_unit, factor
from spongecalc.standards.tables import table

SURVEY = "survey"
# Between the connected points of one cell: Y2、Y3. A hyphen and a slash stand within ids.
BETWEEN = re.compile(r"[、,，;；\n]")
# Words that begin the rows below the last point: sums, remarks, who made and who checked the table.
FOOT = re.compile(
    r"(?:合计|总计|小计|共计|累计|备注|附注|注|说明|制表|填表|审核|审查|校核|校对|复核|检查|检查者|编制|探测|测量|记录"
    r"|单位|日期|total|sum|subtotal|notes?|remarks?)(?:员|人|者|日期|单位|时间)?\d*(?:[:：、.。（(].*)?"
    r"|第.{1,6}页.*|共.{1,6}页.*|本页.*",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class PointTable:
    """A point table's rows: ``names`` is the point that a row speaks of, ``others`` what it connects to.

    ``sheet`` tells where it stands ("file.xlsx|YS"), ``fields`` are its own fields by what they hold, ``places``
    east and north of each point in m, as far as the table has them.
    """

    source: LayerSource
    sheet: str
    frame: pd.DataFrame
    fields: Mapping[str, str]
    names: pd.Series
    others: pd.Series
    east_north: np.ndarray
    notes: tuple[Note, ...]

    @cached_property
    def rows(self) -> tuple[dict[str, object], ...]:
        """The rows, each its values by field."""
        return tuple({str(k): v for k, v in row.items()} for row in self.frame.to_dict("records"))

    @cached_property
    def places(self) -> dict[str, np.ndarray]:
        """East and north of each point that has them, by its first row that does."""
        found: dict[str, np.ndarray] = {}
        for name, place in zip(self.names, self.east_north, strict=True):
            if isinstance(name, str) and name not in found and np.isfinite(place).all():
                found[name] = place
        return found

    def numbers_m(self, key: str) -> pd.Series:
        """Levels or depths of the rows in m, NaN where there is no number."""
        if key not in self.fields:
            return pd.Series(np.nan, index=self.frame.index)
        unit = self.unit_of(key)
        numbers, stated = numbers_of(self.frame[self.fields[key]], column_unit(key))
        return numbers.where(stated, numbers * factor(unit, key)) if unit else numbers

    def unit_of(self, key: str) -> str | None:
        """The unit of a field's bare numbers, where the project or the heading states one."""
        field = self.fields.get(key)
        return self.source.units.get(key) or (unit_of_heading(field, key) if field else None)

    def row_of(self, position: int) -> int:
        """The number of a row in its file."""
        return int(str(self.rows[position]["table_row"]))


def known_names() -> frozenset[str]:
    """Names of fields that the heading of a survey's table is known by, folded."""
    return frozenset(folded(n) for n in table("field_names")["name"])


def survey_fields(frame: pd.DataFrame, source: LayerSource, layer: str = SURVEY) -> dict[str, str]:
    """Fields of a survey table by what they hold: the project's own names first, then the known ones."""
    own = {c: f for c, f in source.fields.items() if f in frame.columns}
    known = recognised_fields(layer, frame.columns, [*own, *own.values()])
    return {**known, **own}


def name_of(value: object) -> str | None:
    """A point's name as text, by the one rule for ids: 12.0 of a workbook is "12", " Ｙ２" is "Y2"."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return id_text(str(value)) or None


def missing_field(frame: pd.DataFrame, wanted: str) -> SourceRefusedError:
    """Say which fields of a survey table were looked for, and which there are."""
    available = ", ".join(str(c) for c in frame.columns if c != "table_row")
    return SourceRefusedError("field.missing", fields=wanted, available=available)


def read_points(folder: Path, source: LayerSource) -> PointTable:
    """The rows of a point table, without what stands below it, a row for each connected point.

    A row that leaves its point empty speaks of the point above it. Several connected points in one cell (Y2、Y3),
    or in several fields (连接点1, 连接点2), become a row each, with a value each where a cell holds as many.

    Raises
    ------
    SourceRefusedError
        If the table has no points or no coordinates.
    """
    read = read_whole_table(folder / source.source, source.layer, source.encoding, known_names())
    frame = read.frame
    fields = survey_fields(frame, source)
    if "point" not in fields:
        raise missing_field(frame, "点号")
    if "x" not in fields or "y" not in fields:
        raise missing_field(frame, "X, Y")
    sheet = f"{source.source}|{read.sheet}" if read.sheet else source.source
    connected = _connected_fields(frame, fields)
    says = frame[fields["point"]].map(name_of)
    frame, says, notes = without_foot(frame, says, [*connected, fields["x"], fields["y"]], fields["point"])
    names = says.ffill()
    frame, names, others = _one_connected_each(frame, names, connected)
    places = np.column_stack([numbers_of(frame[fields[k]], "m")[0].to_numpy(float) for k in ("y", "x")])
    fields = {**fields, **({"connected": connected[0]} if connected else {})}
    return PointTable(source, sheet, frame, fields, names, others, places, (*read.notes, *notes))


def _connected_fields(frame: pd.DataFrame, fields: Mapping[str, str]) -> list[str]:
    """The fields of connected points: the one that is known, and those of its name with a number."""
    first = [fields["connected"]] if "connected" in fields else []
    rows = table("field_names")
    known = {folded(n) for n in rows[(rows["layer"] == SURVEY) & (rows["column"] == "connected")]["name"]}
    numbered = [
        str(c)
        for c in frame.columns
        if c not in first
        and c not in fields.values()
        and folded(base_name(re.sub(r"[_\s]*[\d一二三四五六]+$", "", str(c)))) in known
    ]
    return [*first, *numbered]


def without_foot(
    frame: pd.DataFrame, says: pd.Series, needed: list[str], heading: str
) -> tuple[pd.DataFrame, pd.Series, list[Note]]:
    """The rows that tell of something, and notes on those that were left out.

    Parameters
    ----------
    frame
        A table's rows.
    says
        The name that each row begins with, None where it has none.
    needed
        Fields of which a row of the survey has at least one filled.
    heading
        The field of the names: a row that repeats it is the heading of another page.
    """
    again = says.map(lambda n: isinstance(n, str) and folded(n) == folded(heading)).astype(bool)
    bare = frame[needed].isna().all(axis=1) & ~again
    foot, lone = again & False, again & False
    for label in frame.index[bare]:
        cells = [v for v in frame.loc[label].drop("table_row") if v is not None]
        words = [str(v).strip() for v in cells if isinstance(v, str)]
        foot[label] = any(FOOT.fullmatch("".join(w.split())) for w in words)
        # A sentence alone on its row is a remark; a short name may be a point whose row is not filled in.
        lone[label] = not foot[label] and len(cells) == 1 and len(words) == 1 and len(words[0]) > 10
    notes = []
    for rule, mask in (("table.heading_again", again), ("table.foot", foot), ("table.remark", lone)):
        if mask.any():
            rows = frame.loc[mask, "table_row"].tolist()
            first = next((str(v) for v in frame[mask].iloc[0].drop("table_row") if isinstance(v, str)), "")
            notes.append(Note(rule, {"count": len(rows), "rows": listed(rows), "words": first}))
    keep = ~(again | foot | lone)
    return frame[keep].reset_index(drop=True), says[keep].reset_index(drop=True), notes


def _one_connected_each(
    frame: pd.DataFrame, names: pd.Series, connected: list[str]
) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """The rows with one connected point each."""
    if not connected:
        return frame, names, pd.Series([None] * len(frame), dtype=object)
    points = set(names.dropna())
    every = [_connected_of(cells, points) for cells in frame[connected].itertuples(index=False, name=None)]
    if all(len(found) <= 1 for found in every):
        return frame, names, pd.Series([f[0] if f else None for f in every], dtype=object)
    columns = list(frame.columns)
    rows, own, others = [], [], []
    for cells, name, found in zip(frame.itertuples(index=False, name=None), names, every, strict=True):
        for number, other in enumerate(found or [None]):
            rows.append([_part(c, number, len(found)) for c in cells])
            own.append(name)
            others.append(other)
    return (
        pd.DataFrame(rows, columns=columns, dtype=object),
        pd.Series(own, dtype=object),
        pd.Series(others, dtype=object),
    )


def _connected_of(cells: Iterable[object], points: set[str]) -> list[str]:
    found: list[str] = []
    for cell in cells:
        whole = name_of(cell)
        if whole is None or whole in points or not isinstance(cell, str):
            found += [whole] if whole else []
        else:
            found += [n for part in BETWEEN.split(cell) if (n := name_of(part))]
    return list(dict.fromkeys(found))


def _part(cell: object, number: int, count: int) -> object:
    """Part of a cell that is of one of ``count`` connected points: its own, where it has as many."""
    if count < 2 or not isinstance(cell, str):
        return cell
    parts = [p.strip() for p in BETWEEN.split(cell)]
    return parts[number] if len(parts) == count and all(parts) else cell

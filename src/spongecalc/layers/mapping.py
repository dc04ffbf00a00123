"""Bring a source's fields to the data contract: names, look-ups, filters, units, values, types, flags."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.catalogue.pipe_section import PipeSections
from spongecalc.catalogue.size_text import Size, parse_size
from spongecalc.contract import SCHEMAS, Column
from spongecalc.layers.feature import Feature
from spongecalc.layers.field_names import (
    SHAPEFILE,
    cut_names,
    folded,
    recognised_fields,
    unit_of_heading,
    value_names,
)
from spongecalc.layers.fields_not_read import fields_not_read
from spongecalc.layers.finding import Finding
from spongecalc.layers.id_text import with_plain_ids
from spongecalc.layers.number_text import half_width, numbers_of
from spongecalc.layers.provenance import DEFAULT, MAPPED, RECORDED, read_flags, write_flags
from spongecalc.layers.sources.foreign_form import refuse_foreign
from spongecalc.layers.sources.form import MODEL_FORM, form_of
from spongecalc.layers.sources.raw import RawLayer, SourceRefusedError
from spongecalc.layers.sources.table_file import TABLE_SUFFIXES, read_table
from spongecalc.layers.sources.vector import read_vector
from spongecalc.layers.tidy_shapes import middle_of_the_rest, tidy, vertices_without_place
from spongecalc.layers.unread_values import with_unread
from spongecalc.project.layer_source import SURVEY_KEYS, LayerSource
from spongecalc.project.quantity import column_unit, factor

# A full date, or a year and a month: the year stands first, as in 2005-05-04, 2005/5, 2005年5月,
# 20050504; or a year with its sign, 2005年.
DATE = r"^(\d{4})(?:[-/.年]\d{1,2}(?:[-/.月].*)?|[01]\d[0-3]\d|年)$"

Tell = Callable[[str, dict[str, object]], None]


def column_of(layer: str, name: str) -> Column:
    """The contract's column; ``community_id`` belongs to every layer."""
    schema = SCHEMAS[layer]
    return schema.column(name) if name in schema.column_names else Column(name)


def fields_of(
    layer: str, source: LayerSource, raw: RawLayer, more: Sequence[str] = ()
) -> tuple[dict[str, str], dict[str, str]]:
    """The field of each column: all of them, and those that were recognised without being told.

    What the project says comes first, then a field that bears the column's own name, then the names known
    out of the box, then the column's own name as a Shapefile cuts it. ``more`` are columns beyond the contract's.
    """
    fields = [str(c) for c in raw.frame.columns if c != raw.frame.geometry.name]
    names = [*SCHEMAS[layer].column_names, "community_id", *more]
    own = {c: f for c, f in source.fields.items() if c not in SURVEY_KEYS}
    said = {*own, *source.constants, *(c for look in source.lookups for c in look.take)}
    same = {n: n for n in dict.fromkeys(names) if n in fields and n not in said}
    taken = [*said, *same, *own.values()]
    known = recognised_fields(layer, fields, taken)
    known = {c: f for c, f in known.items() if c in names}
    if source.source.lower().endswith(SHAPEFILE):
        # The contract's own names as such a file keeps them: diameter_m of diameter_mm.
        missing = [n for n in names if n not in {*said, *same, *known}]
        left = [f for f in fields if f not in {*taken, *known.values()}]
        known |= cut_names(missing, left)
    return {**known, **same, **own}, known


def length_counts(source: LayerSource) -> str:
    """The length that counts for the pipes of a source: "drawn" or "recorded"."""
    return source.length or (RECORDED if form_of(source) == MODEL_FORM else "drawn")


def _cut_own_name(source: LayerSource, column: str, field: str) -> bool:
    """True for diameter_m of a Shapefile, the beginning of diameter_mm: its end is no unit."""
    return source.source.lower().endswith(SHAPEFILE) and cut_names([column], [field]) == {column: field}


def with_cut_names(source: LayerSource, fields: Sequence[str], tell: Tell) -> LayerSource:
    """The source with the file's own fields where the project writes names that the file keeps cut short."""
    named = {*source.fields.values(), *source.filter, *(look.field for look in source.lookups)}
    known = cut_names(sorted(named - set(fields)), fields)
    if not known:
        return source
    tell("fields.cut_short", {"pairs": ", ".join(f"{name} = {field}" for name, field in known.items())})
    return source.model_copy(
        update={
            "fields": {column: known.get(f, f) for column, f in source.fields.items()},
            "filter": {known.get(f, f): wanted for f, wanted in source.filter.items()},
            "lookups": tuple(
                look.model_copy(update={"field": known.get(look.field, look.field)}) for look in source.lookups
            ),
        }
    )


def filtered(raw: RawLayer, source: LayerSource, tell: Tell) -> RawLayer:
    """The features whose fields hold one of the values that the source's filter names, with their own index."""
    frame = raw.frame
    for field, wanted in source.filter.items():
        if field not in frame.columns:
            fields = ", ".join(str(c) for c in frame.columns if c != frame.geometry.name)
            raise SourceRefusedError("field.missing", fields=field, available=fields)
        values = frozenset(folded(x) for x in wanted)
        kept = frame[field].map(_plain).map(folded).isin(values)
        tell(
            "filter.left_out",
            {"field": field, "wanted": ", ".join(wanted), "count": int((~kept).sum()), "total": len(frame)},
        )
        frame = frame[kept]
    return replace(raw, frame=frame)


def looked_up(frame: gpd.GeoDataFrame, source: LayerSource, folder: Path, tell: Tell) -> dict[str, pd.Series]:
    """Columns that second tables give; a code that a table does not have is named."""
    found: dict[str, pd.Series] = {}
    for look in source.lookups:
        path = folder / look.source
        if not path.exists():
            raise SourceRefusedError("file.missing", file=look.source)
        refuse_foreign(path)
        if path.suffix.lower() in TABLE_SUFFIXES:
            rows = read_table(path, look.layer, look.encoding, frozenset({folded(look.key)}))
        else:
            rows = pd.DataFrame(read_vector(path, look.layer, path.stem, look.encoding).frame)
        for field, table in ((look.field, frame), *((f, rows) for f in (look.key, *look.take.values()))):
            if field not in table.columns:
                available = ", ".join(str(c) for c in table.columns if c not in ("geometry", "table_row"))
                raise SourceRefusedError("field.missing", fields=field, available=available)
        codes = frame[look.field].map(lambda v: folded(_plain(v)))
        keyed = rows.assign(_key=rows[look.key].map(lambda v: folded(_plain(v)))).drop_duplicates("_key")
        for column, field in look.take.items():
            found[column] = codes.map(dict(zip(keyed["_key"], keyed[field], strict=True))).astype(object)
        unknown = sorted({str(v) for v in frame[look.field][~codes.isin(keyed["_key"])].dropna()})
        if unknown:
            tell(
                "lookup.unknown",
                {"field": look.field, "values": ", ".join(unknown[:10]), "table": look.source},
            )
    return found


def _plain(value: object) -> str:
    """A value as text; 12.0 is "12", nothing is ""."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def to_contract(
    layer: str,
    source: LayerSource,
    file: str,
    raw: RawLayer,
    looks: dict[str, pd.Series],
    findings: list[Finding],
    catalogue: Catalogue,
    more: Sequence[str] = (),
) -> gpd.GeoDataFrame:
    """Rename, convert, type and flag the columns of one source; geometry on the millimetre.

    ``file`` is the name by which the source is told, ``more`` are text columns beyond the contract's.
    """
    schema = SCHEMAS[layer]
    fields, known = fields_of(layer, source, raw, more)
    if known:
        pairs = ", ".join(f"{column} = {field}" for column, field in sorted(known.items()))
        findings.append(Finding("fields.recognised", Feature(layer, file=file), {"pairs": pairs}))
    findings.extend(fields_not_read(layer, source, file, raw, fields, looks))
    frame = raw.frame.reset_index(drop=True)
    count = len(frame)
    flags: list[dict[str, str]] = [{} for _ in range(count)]
    ids = _texts(_values(frame, fields.get(schema.id_column), count))
    out: dict[str, pd.Series] = {}
    sizes: dict[int, Size] = {}
    units = _units(layer, source, file, {**fields, **raw.origin}, looks, findings)
    unread: list[dict[str, str]] = [{} for _ in range(count)]
    for name in dict.fromkeys([*schema.column_names, "community_id", *more]):
        column = column_of(layer, name)
        values, mapped = _column_values(
            layer, name, source, file, frame, fields, looks, count, findings, catalogue
        )
        if column.kind == "number":
            unit = units.get(name)
            if layer == "pipes" and name == "diameter_mm":
                values, written, sizes = _sizes(values, unit)
                mapped = mapped | written
            if name == "year":
                values, written = _years(layer, file, values, findings)
                mapped = mapped | written
            out[name], written = _numbers(layer, file, column, values, ids, unit, findings, unread)
            mapped = mapped | written
        else:
            out[name] = _texts(values)
        # A number that is the same for all features is no survey of any.
        flag = DEFAULT if name in source.constants and column.kind == "number" else MAPPED
        for position in np.flatnonzero(mapped):
            flags[position][name] = flag
    if schema.id_column not in source.constants and schema.id_column not in looks:
        out[schema.id_column] = ids
    origin = {**{c: f for c, f in fields.items() if c != f}, **raw.origin}
    out = with_plain_ids(layer, out, source.prefix, file, findings, origin)
    ids = out[schema.id_column]
    if layer == "pipes" and length_counts(source) == RECORDED:
        for position in np.flatnonzero((out["length_m"] > 0).to_numpy()):
            flags[position]["length_m"] = RECORDED
    merged = [write_flags({**new, **read_flags(old)}) for new, old in zip(flags, out["flags"], strict=True)]
    out["flags"] = pd.Series(merged, dtype=object)
    for row, vertex in vertices_without_place(frame.geometry):
        x, y = middle_of_the_rest(frame.geometry.iloc[row])
        place = Feature(layer, str(ids[row] or f"#{row + 1}"), file=file, x_m=x, y_m=y)
        findings.append(Finding("geometry.not_finite", place, {"vertex": vertex}))
    placed = with_unread(gpd.GeoDataFrame(out, geometry=tidy(frame.geometry), crs=frame.crs), unread)
    placed = without_unused_zeros(layer, placed, findings, file)
    placed["file"] = file
    placed["file_row"] = range(1, count + 1)
    return with_sizes(placed, sizes, catalogue, findings)


def _units(
    layer: str,
    source: LayerSource,
    file: str,
    fields: Mapping[str, str],
    looks: Mapping[str, pd.Series],
    findings: list[Finding],
) -> dict[str, str]:
    """The unit of each column's bare numbers: what the project states, else what its field's heading does."""
    units = dict(source.units)
    said = []
    for name, field in fields.items():
        if name in units or name in source.constants or name in looks or column_of(layer, name).kind != "number":
            continue
        if name not in source.fields and _cut_own_name(source, name, field):
            continue
        unit = unit_of_heading(field, name)
        if unit is not None:
            units[name] = unit
            said += [f"{name} = {field}"] if factor(unit, name) != 1 else []
    if said:
        findings.append(Finding("fields.unit", Feature(layer, file=file), {"pairs": ", ".join(said)}))
    return units


def _values(frame: gpd.GeoDataFrame, field: str | None, count: int) -> pd.Series:
    if field is None or field not in frame.columns:
        return pd.Series([None] * count, dtype=object)
    return frame[field].reset_index(drop=True)


def _column_values(
    layer: str,
    name: str,
    source: LayerSource,
    file: str,
    frame: gpd.GeoDataFrame,
    fields: dict[str, str],
    looks: dict[str, pd.Series],
    count: int,
    findings: list[Finding],
    catalogue: Catalogue,
) -> tuple[pd.Series, np.ndarray]:
    """A column's values before they are typed, and which of them were translated."""
    if name in source.constants:
        return pd.Series([source.constants[name]] * count, dtype=object), np.ones(count, dtype=bool)
    if name in looks:
        values = looks[name].reset_index(drop=True)
        mapped = values.notna().to_numpy()
    else:
        values = _values(frame, fields.get(name), count)
        mapped = np.zeros(count, dtype=bool)
    own = {folded(k): v for k, v in source.values.get(name, {}).items()}
    allowed = column_of(layer, name).allowed_in(catalogue)
    usual = value_names(layer, name, catalogue) if allowed else {}
    if (not own and not usual) or values.isna().all():
        return values, mapped
    given = values.map(_plain)
    # A layer has few different values: each is looked up once.
    means = {
        t: own.get(folded(t), usual.get(folded(t)) if t not in allowed else None) for t in given.unique() if t
    }
    translated = [means.get(t) for t in given]
    changed = np.array([t is not None and t != g for t, g in zip(translated, given, strict=True)], dtype=bool)
    if usual and changed.any():
        said = sorted(
            {
                f"{g} = {t}"
                for g, t, c in zip(given, translated, changed, strict=True)
                if c and folded(g) not in own
            }
        )
        if said:
            findings.append(
                Finding(
                    "values.recognised",
                    Feature(layer, file=file),
                    {"column": name, "pairs": ", ".join(said[:20])},
                )
            )
    result = values.astype(object).copy()
    result[changed] = [t for t, c in zip(translated, changed, strict=True) if c]
    return result, mapped | changed


def _texts(values: pd.Series) -> pd.Series:
    """Texts without blanks around them; None where there is nothing. A number read as 12.0 becomes "12"."""
    if values.isna().all():
        return pd.Series([None] * len(values), dtype=object)
    return pd.Series(
        [v.strip() or None if isinstance(v, str) else _plain(v) or None for v in values], dtype=object
    )


def _sizes(values: pd.Series, unit: str | None) -> tuple[pd.Series, np.ndarray, dict[int, Size]]:
    """Sizes written as text as ``Size``; which they are; and by position those that are more than a diameter.

    The measures of a box that were written without a unit are in ``unit``.
    """
    translated = np.zeros(len(values), dtype=bool)
    more: dict[int, Size] = {}
    read = list(values)
    for position, value in enumerate(values):
        if not isinstance(value, str) or _is_number(value) or (size := parse_size(value)) is None:
            continue
        translated[position] = True
        if unit and not size.stated and size.width_mm is not None and size.height_mm is not None:
            scale = factor(unit, "width_mm")
            size = replace(size, width_mm=size.width_mm * scale, height_mm=size.height_mm * scale)
        read[position] = size if size.diameter_mm is not None else None
        if size.diameter_mm is None or size.outer or size.barrels > 1 or size.beside:
            more[position] = size
    return (pd.Series(read, dtype=object) if translated.any() else values), translated, more


def _years(layer: str, file: str, values: pd.Series, findings: list[Finding]) -> tuple[pd.Series, np.ndarray]:
    """Years, out of full dates too; and which were dates, of which one finding tells for the whole source."""
    if values.dtype.kind in "iuf" or values.isna().all():
        return values, np.zeros(len(values), dtype=bool)
    texts = values.map(lambda v: v if isinstance(v, str) else v.isoformat() if hasattr(v, "isoformat") else "")
    dates = texts.map(half_width).str.strip().str.extract(DATE)[0]
    mask = dates.notna().to_numpy()
    if not mask.any():
        return values, mask
    found = {"count": int(mask.sum()), "example": str(texts[mask].iloc[0]), "year": str(dates[mask].iloc[0])}
    findings.append(Finding("value.year_of_date", Feature(layer, file=file), found))
    return values.astype(object).where(~mask, dates), mask


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _numbers(
    layer: str,
    file: str,
    column: Column,
    values: pd.Series,
    ids: pd.Series,
    unit: str | None,
    findings: list[Finding],
    unread: list[dict[str, str]],
) -> tuple[pd.Series, np.ndarray]:
    """A column's numbers in its own unit, bare ones being in ``unit``, and which of them stated theirs.

    ``unread`` gains what is no number, at its feature.
    """
    if values.isna().all():
        return pd.Series(np.nan, index=values.index), np.zeros(len(values), dtype=bool)
    stated = np.array([getattr(v, "stated", False) for v in values], dtype=bool)
    plain = (
        values.map(lambda v: getattr(v, "diameter_mm", v)) if stated.any() or values.dtype == object else values
    )
    numbers, with_unit = numbers_of(plain, column_unit(column.name))
    written = with_unit.to_numpy()
    given = plain.notna() & (plain.astype(str).str.strip() != "")
    for position in np.flatnonzero(given.to_numpy() & ~np.isfinite(numbers.to_numpy())):
        unread[position][column.name] = str(values[position])
        findings.append(
            Finding(
                "pipe.size_unread" if (layer, column.name) == ("pipes", "diameter_mm") else "value.not_a_number",
                Feature(layer, str(ids[position] or f"#{position + 1}"), file=file),
                {"column": column.name, "value": str(values[position])},
            )
        )
    numbers = numbers.where(np.isfinite(numbers))
    if unit:
        numbers = numbers.where(stated | written, numbers * factor(unit, column.name))
    return numbers, written


def without_unused_zeros(
    layer: str, frame: gpd.GeoDataFrame, findings: list[Finding], file: str
) -> gpd.GeoDataFrame:
    """Pipes without the zeros that a survey writes for the measures that a section of another kind would have.

    A round pipe has no width and height, a box no diameter: 0 there is empty. Where it is the measure that
    counts, or the only one, it stays, and is an error at its pipe.
    """
    if layer != "pipes":
        return frame
    sections = PipeSections.of(frame)
    round_ = sections.is_circular & (frame["diameter_mm"] > 0).to_numpy()
    box_ = ~sections.is_circular & (frame["height_mm"] > 0).to_numpy()
    cleared = []
    for column, unused in (("width_mm", round_), ("height_mm", round_), ("diameter_mm", box_)):
        zero = unused & (frame[column] == 0).to_numpy()
        if zero.any():
            cleared.append(f"{column} {int(zero.sum())}")
            frame = frame.assign(**{column: frame[column].mask(zero)})
    if cleared:
        findings.append(Finding("value.unused_zero", Feature(layer, file=file), {"columns": ", ".join(cleared)}))
    return frame


def with_sizes(
    frame: gpd.GeoDataFrame, sizes: dict[int, Size], catalogue: Catalogue, findings: list[Finding]
) -> gpd.GeoDataFrame:
    """Pipes with all that their written size says, by position: a box, an outer diameter, barrels, a material.

    A box has both measures in their columns and a closed box's shape. An outer diameter becomes the nominal one
    of its material; one that cannot is kept, and named. Several barrels are named too.
    """
    if not sizes:
        return frame
    filled = ("width_mm", "height_mm", "shape", "diameter_mm", "material", "barrels")
    columns = {c: frame[c].copy() for c in filled}
    flags = list(frame["flags"])
    for position, size in sizes.items():
        label = frame.index[position]
        mapped: dict[str, str] = {}
        row = frame.iloc[position]
        place = Feature("pipes", str(row["pipe_id"] or f"#{position + 1}"), file=str(row["file"]))
        if size.beside and columns["material"][label] is None and catalogue.material(size.beside):
            columns["material"][label] = size.beside
            mapped["material"] = MAPPED
        if size.diameter_mm is None:
            columns["width_mm"][label], columns["height_mm"][label] = size.width_mm, size.height_mm
            written = columns["shape"][label]
            if written == "circular":
                measures = {"width": f"{size.width_mm:g}", "height": f"{size.height_mm:g}"}
                findings.append(Finding("pipe.round_box", place, measures))
            if written in (None, "circular") or pd.isna(written):
                columns["shape"][label] = "rect_closed"
            mapped |= {"width_mm": MAPPED, "height_mm": MAPPED}
        elif size.outer:
            material = catalogue.material(columns["material"][label])
            nominal = material.nominal_mm(size.diameter_mm) if material else None
            outer = f"{size.diameter_mm:g}"
            if nominal is None:
                known = columns["material"][label]
                if known:
                    findings.append(Finding("pipe.outer_unknown", place, {"outer": outer, "material": known}))
                else:
                    findings.append(Finding("pipe.outer_no_material", place, {"outer": outer}))
            else:
                columns["diameter_mm"][label] = nominal
                found = {"outer": outer, "nominal": f"{nominal:g}"}
                findings.append(Finding("pipe.outer_diameter", place, found))
        if size.barrels > 1 and pd.isna(columns["barrels"][label]):
            columns["barrels"][label] = float(size.barrels)
            mapped["barrels"] = MAPPED
            findings.append(Finding("pipe.barrels", place, {"count": size.barrels}))
        flags[position] = write_flags({**read_flags(flags[position]), **mapped})
    return frame.assign(**columns, flags=pd.Series(flags, index=frame.index, dtype=object))

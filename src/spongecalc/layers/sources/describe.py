"""Contents of a file or database: its layers, fields, counts, CRS and encoding, and a drafted mapping."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from spongecalc.catalogue.catalogue import shipped
from spongecalc.catalogue.size_text import parse_size
from spongecalc.contract import SCHEMAS
from spongecalc.gate import vector
from spongecalc.gate.territory import limits_of
from spongecalc.layers.coordinates import guess_crs
from spongecalc.layers.field_names import SHAPEFILE, cut_names, folded, recognised_fields, value_names
from spongecalc.layers.sources.cass_points import read_cass
from spongecalc.layers.sources.database_connection import connected
from spongecalc.layers.sources.dbase_text import shapefile_encoding
from spongecalc.layers.sources.filegdb_domains import SUFFIX as FILEGDB
from spongecalc.layers.sources.filegdb_domains import with_descriptions
from spongecalc.layers.sources.foreign_form import refuse_foreign
from spongecalc.layers.sources.form import FORMS, GATE_FORMS
from spongecalc.layers.sources.ground_contents import GROUND, ground_draft, holds_ground, look_at_ground
from spongecalc.layers.sources.isybau import read_isybau
from spongecalc.layers.sources.landxml import network_names, read_landxml
from spongecalc.layers.sources.postgis import read_postgis, spatial_tables
from spongecalc.layers.sources.raw import Note, SourceRefusedError, source_entrance
from spongecalc.layers.sources.survey_table import read_survey
from spongecalc.layers.sources.swmm.ledger import MODEL_LAYERS, Fate
from spongecalc.layers.sources.swmm.model import read_contents
from spongecalc.layers.sources.table_file import is_workbook, read_table, sheet_names
from spongecalc.layers.sources.vector import list_layers, read_vector
from spongecalc.layers.sources.xml_document import form_of_xml, root_of
from spongecalc.project.layer_source import LayerSource
from spongecalc.standards.tables import table

SAMPLE = 6
FORM_NAMES = {"landxml": "LandXML", "isybau": "ISYBAU XML"}
KIND_WORDS = {
    "nodes": ("node", "point", "manhole", "junction", "点", "井", "outfall", "inlet"),
    "pipes": ("pipe", "line", "conduit", "sewer", "linear", "线", "管"),
    "communities": ("communit", "小区", "boundary", "border", "area", "范围"),
    "surfaces": ("surface", "下垫面", "cover", "铺装", "地块"),
    "buildings": ("building", "楼", "建筑", "房屋"),
    "connections": ("connection", "lateral", "接户", "支管", "连接"),
    "facilities": ("facilit", "设施", "lid"),
    "structures": ("structure", "泵", "堰", "孔口"),
}

# What a model does not say of its map: the reference system, and an origin of its own.
_MODEL_PLACE = '# crs = "?"    # of the map, such as EPSG:4543; offset_x, offset_y move it 模型坐标系及平移'


@dataclass(frozen=True)
class SeenField:
    """One field: its name, type, how many values it has, the first different ones."""

    name: str
    kind: str
    filled: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class SeenLayer:
    """One layer, sheet, table or CAD layer of a source, and the contract's layer it is likely meant for.

    One that could not be read has ``refusal``, and nothing else but its name.
    """

    name: str
    count: int
    geometry: str
    crs: str
    fields: tuple[SeenField, ...]
    meant_for: str | None
    draft: str
    refusal: SourceRefusedError | None = None


@dataclass(frozen=True)
class Seen:
    """A source as it is: its form, encoding, layers, and what is to be said of it as a whole.

    ``fates`` say of a SWMM model what becomes of each of its objects.
    """

    source: str
    form: str
    encoding: str
    layers: tuple[SeenLayer, ...]
    notes: tuple[Note, ...] = ()
    fates: tuple[Fate, ...] = ()


def describe(source: str, place: Path) -> Seen:
    """Look into a source.

    Parameters
    ----------
    source
        A path relative to ``place``, or a database's address without a password.
    place
        The folder that the drafted mapping is relative to.

    Raises
    ------
    SourceRefusedError
        If it cannot be read.
    """
    asked = LayerSource(source=source)
    if asked.is_database:
        return Seen(source, "PostGIS", "", _database(source, place))
    path = place / source
    with source_entrance(path, GATE_FORMS.get(form := FORMS.get(path.suffix.lower(), "vector"), form)):
        return _described(source, path, place)


def _described(source: str, path: Path, place: Path) -> Seen:
    if not path.exists():
        raise SourceRefusedError("file.missing", file=source)
    refuse_foreign(path)
    ground = look_at_ground(source, path)
    if ground is not None:
        seen = SeenLayer(path.stem, ground.count, ground.geometry, ground.crs, (), GROUND, ground.draft)
        return Seen(source, ground.form, "", (seen,), ground.notes)
    form = FORMS.get(path.suffix.lower(), "vector")
    if form == "xml":
        kind = form_of_xml(path)
        if kind:
            return _networks(source, path, kind)
        form = "vector"
    if form == "vector":
        encoding = (shapefile_encoding(path) or "") if path.suffix.lower() == ".shp" else ""
        layers = tuple(_looked_into(n, lambda n: _vector(source, path, n)) for n in list_layers(path))
        return Seen(source, _driver(path), encoding, layers)
    if form == "dxf":
        return _drawing(source, path)
    if form == "cass":
        return Seen(source, "CASS", "", (_points(source, path),))
    if form == "inp":
        return _model(source, path)
    return Seen(source, "XLSX" if path.suffix.lower() != ".csv" else "CSV", "", _tables(source, path, place))


def _looked_into(name: str, look: Callable[[str], SeenLayer]) -> SeenLayer:
    """A layer as seen, or why it could not be: one that cannot be read does not hide the others."""
    try:
        return look(name)
    except SourceRefusedError as refusal:
        return SeenLayer(name, 0, "", "", (), None, "", refusal)


def _driver(path: Path) -> str:
    """GDAL's name of the format."""
    try:
        return vector.driver_by_name(path)
    except ValueError:
        return path.suffix.lstrip(".").upper() or "GDAL"


def _fields(frame: pd.DataFrame) -> tuple[SeenField, ...]:
    seen = []
    for name in frame.columns:
        if name in ("geometry", "table_row"):
            continue
        values = frame[name].dropna()
        different = list(dict.fromkeys(str(v) for v in values.head(2000)))[:SAMPLE]
        kind = "number" if all(isinstance(v, (int, float)) for v in values) and len(values) else "text"
        if pd.api.types.is_numeric_dtype(frame[name]):
            kind = "number"
        elif pd.api.types.is_datetime64_any_dtype(frame[name]):
            kind = "date"
        seen.append(SeenField(str(name), kind, len(values), tuple(different)))
    return tuple(seen)


def _vector(source: str, path: Path, name: str) -> SeenLayer:
    raw = read_vector(path, name, name, None)
    if path.suffix.lower() == FILEGDB:
        raw = with_descriptions(raw, path, name, LayerSource(source=source))
    return _seen(source, name, raw.frame, str(raw.frame.crs.to_string() if raw.frame.crs else ""))


def _seen(source: str, name: str, frame: pd.DataFrame, crs: str) -> SeenLayer:
    shapes = frame.geometry.to_numpy() if hasattr(frame, "geometry") else []
    kinds = sorted({g.geom_type for g in shapes if g is not None})
    meant = _meant_for(name, kinds, [str(c) for c in frame.columns])
    if not crs and len(shapes):
        from pyproj import CRS  # noqa: PLC0415

        guess = guess_crs(frame, CRS.from_epsg(4543), None)
        crs = f"? {guess[0]}" if guess and guess[1] in ("degrees", "zone") else ""
    draft = draft_mapping(meant, source, name, frame) if meant else ""
    return SeenLayer(name, len(frame), ", ".join(kinds), crs, _fields(pd.DataFrame(frame)), meant, draft)


def _meant_for(name: str, kinds: list[str], fields: list[str]) -> str | None:
    """The contract's layer whose geometry fits and whose names are met most often."""
    best: tuple[float, str] | None = None
    for layer, schema in SCHEMAS.items():
        plain = {k.removeprefix("Multi") for k in kinds}
        if kinds and not plain & {g.removeprefix("Multi") for g in schema.geometry}:
            continue
        own = sum(f in schema.column_names for f in fields)
        known = len(recognised_fields(layer, fields))
        named = any(word in name.lower() for word in KIND_WORDS.get(layer, (layer,)))
        # A layer's own id is as good as its name.
        score = own + known + 2.5 * (named or schema.id_column in fields) + 5 * (name == layer)
        if score > 1 and (best is None or score > best[0]):
            best = (score, layer)
    return best[1] if best else None


def draft_mapping(
    layer: str,
    source: str,
    name: str | None,
    frame: pd.DataFrame,
    read: Iterable[str] = (),
    given: Mapping[str, str] | None = None,
) -> str:
    """A mapping for spongecalc.toml as far as names and values tell; what is open stands as a comment.

    ``read`` are fields that are read without being mapped, as the coordinates of a survey table. ``given`` are
    the fields of columns that no name tells, as a drawing's handles for ids.
    """
    fields = [str(c) for c in frame.columns if c not in ("geometry", "table_row")]
    schema = SCHEMAS[layer]
    same = {c: c for c in schema.column_names if c in fields}
    known = {**(given or {}), **recognised_fields(layer, fields, [*same, *same.values()]), **same}
    known = {c: f for c, f in known.items() if c in schema.column_names}
    if source.lower().endswith(SHAPEFILE):
        # Our own names as such a file keeps them: diameter_m of diameter_mm.
        names = [c for c in (*schema.column_names, "community_id") if c not in known]
        known |= cut_names(names, [f for f in fields if f not in known.values()])
    lines = [f"[[layers.{layer}]]", f"source = {_quoted(source)}"]
    if name:
        lines.append(f"layer = {_quoted(name)}")
    mapped = {c: f for c, f in known.items() if c != f}
    if mapped:
        inner = ", ".join(f"{c} = {_quoted(f)}" for c, f in mapped.items())
        lines.append(f"fields = {{ {inner} }}")
    tables = []
    for column in schema.columns:
        field = known.get(column.name)
        allowed = column.allowed_in(shipped())
        if not allowed or field is None or field not in frame.columns:
            continue
        usual = value_names(layer, column.name, shipped())
        values = list(dict.fromkeys(str(v) for v in frame[field].dropna()))
        strange = [v for v in values if v not in allowed and folded(v) not in usual][:12]
        if strange:
            pairs = ", ".join(f'{_quoted(v)} = "?"' for v in strange)
            tables.append(f"# values.{column.name} = {{ {pairs} }}    # {' | '.join(allowed)}")
    lines.extend(tables)
    lacking = [c for c in schema.columns if c.required and c.name not in known]
    choices = []
    for column in lacking:
        named = _named_by(name or source, layer, column.name) if column.name == "system" else None
        choices.append(f'{column.name} = "{named or " | ".join(column.allowed_in(shipped())) or "?"}"')
    if choices:
        lines.append(f"# constants = {{ {', '.join(choices)} }}    # or a field 或某个字段")
    left = [f for f in fields if f not in known.values() and f not in set(read)]
    empty = [f for f in fields if f in frame.columns and not frame[f].notna().any()]
    left = [f for f in left if f not in empty]
    if empty and len(frame):
        lines.append(f"# empty 没有值的字段: {', '.join(empty)}")
    if left:
        lines.append(f"# unused 未用字段: {', '.join(left)}")
    return "\n".join(lines)


def _named_by(name: str, layer: str, column: str) -> str | None:
    """The value of a column that a layer's or file's name tells, such as storm of "雨水管线"."""
    known = value_names(layer, column, shipped()).items()
    # A single Latin letter stands in most names.
    return next((v for n, v in known if (len(n) > 1 or not n.isascii()) and n in folded(name)), None)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _tables(source: str, path: Path, place: Path) -> tuple[SeenLayer, ...]:
    known = frozenset(folded(n) for n in table("field_names")["name"])
    book = is_workbook(path)
    seen = []
    for sheet in sheet_names(path):
        try:
            seen.append(_sheet(source, path, place, sheet if book else None, known))
        except SourceRefusedError as refusal:
            if not book:
                raise
            seen.append(SeenLayer(sheet, 0, "", "", (), None, "", refusal))
    return tuple(seen)


def _sheet(source: str, path: Path, place: Path, name: str | None, known: frozenset[str]) -> SeenLayer:
    """A sheet of a workbook, or a table that has none."""
    frame = read_table(path, name, None, known)
    survey = recognised_fields("survey", frame.columns)
    drafts, meant = [], None
    asked = LayerSource(source=source, layer=name)
    if "point" in survey and "x" in survey:
        meant = "nodes, pipes" if "connected" in survey else "nodes"
        for layer in meant.split(", "):
            raw = read_survey(path, layer, asked, place)
            keep = [c for c in raw.frame.columns if c not in raw.columns or c in SCHEMAS[layer].column_names]
            drafts.append(draft_mapping(layer, source, name, raw.frame[keep], survey.values()))
    elif {"from_node", "to_node"} <= set(recognised_fields("pipes", frame.columns)):
        meant = "pipes"
        draft = draft_mapping("pipes", source, name, frame)
        drafts.append(f'{draft}\n# points = "?"    # the table of points 点表')
    elif holds_ground([str(c) for c in frame.columns]):
        meant = GROUND
        drafts.append(ground_draft(source, name))
    return SeenLayer(name or path.stem, len(frame), "", "", _fields(frame), meant, "\n\n".join(drafts))


def _drawing(source: str, path: Path) -> Seen:
    # The library of drawings is slow to load, and few sources need it.
    from spongecalc.layers.sources.cad.contents import cad_layers  # noqa: PLC0415

    opened, layers, notes = cad_layers(path)
    sized = {
        layer.name: [t for t in layer.texts if (size := parse_size(t)) and (size.stated or size.width_mm)]
        for layer in layers
    }
    texts = {name: found for name, found in sized.items() if found}
    seen = []
    for layer in layers:
        fields = [SeenField(k, "entity", n, ()) for k, n in sorted(layer.kinds.items())]
        fields += [SeenField(k, "hidden", n, ()) for k, n in sorted(layer.hidden.items())]
        fields += [SeenField(k, "block", n, ()) for k, n in sorted(layer.blocks.items())]
        attributes = pd.DataFrame(layer.attributes, dtype=object)
        fields += [SeenField(f.name, "attribute", f.filled, f.examples) for f in _fields(attributes)]
        if layer.texts:
            fields.append(
                SeenField("text", "label", len(layer.texts), tuple(dict.fromkeys(layer.texts))[:SAMPLE])
            )
        meant = _meant_of_cad(layer.name, layer.lines, layer.areas, layer.symbols)
        drafts = []
        for wanted in meant:
            draft = draft_mapping(
                wanted, source, layer.name, attributes, given={SCHEMAS[wanted].id_column: "handle"}
            )
            if wanted == "pipes" and texts:
                draft += "\n" + _label_line(layer.name, texts)
            if wanted == "nodes" and layer.blocks:
                draft += "\n" + _block_line(layer.blocks)
            drafts.append(draft)
        geometry = ", ".join(sorted(layer.kinds))
        seen.append(
            SeenLayer(
                layer.name,
                layer.count,
                geometry,
                "",
                tuple(fields),
                ", ".join(meant) or None,
                "\n\n".join(drafts),
            )
        )
    return Seen(source, "DXF", opened.encoding, tuple(seen), notes)


def _meant_of_cad(name: str, lines: int, areas: int, symbols: int) -> list[str]:
    """The contract's layers that a CAD layer may be mapped to, by what is drawn on it and its name."""
    named = _meant_for(name, ["Polygon"], [])
    meant = []
    if lines:
        meant.append("connections" if _meant_for(name, ["LineString"], []) == "connections" else "pipes")
    if symbols:
        meant.append("nodes")
    # Beside lines and symbols a few outlines are more of them, unless the name says otherwise.
    if areas and (named is not None or not (lines or symbols)):
        meant.append(named or "surfaces")
    return meant


def _label_line(name: str, texts: Mapping[str, list[str]]) -> str:
    """The line of a draft that says which texts are the labels of pipes: those on layers that begin alike."""
    alike = [layer for layer in texts if layer == name or layer[:2].lower() == name[:2].lower()] or list(texts)
    examples = " | ".join(dict.fromkeys(t for layer in alike for t in texts[layer][:2]))
    return f"# labels = {{ layers = [{', '.join(_quoted(layer) for layer in alike)}] }}    # {examples}"


def _block_line(blocks: Iterable[str]) -> str:
    """The line of a draft that says how nodes get their kind from the symbol that they are drawn as."""
    kinds = ", ".join(f'{_quoted(block)} = "?"' for block in sorted(blocks))
    return f'# kind by symbol 按图块取类型: fields = {{ kind = "block" }}, values = {{ kind = {{ {kinds} }} }}'


def _points(source: str, path: Path) -> SeenLayer:
    frame = read_cass(path, "nodes").frame
    shown = frame.drop(columns=["node_id", "ground_m"])
    seen = _seen(source, path.stem, shown, "")
    draft = draft_mapping(
        "nodes", source, None, pd.DataFrame(shown), ("点号", "高程"), {"node_id": "点号", "ground_m": "高程"}
    )
    return SeenLayer(path.stem, len(frame), seen.geometry, seen.crs, seen.fields, "nodes", draft)


def _model(source: str, path: Path) -> Seen:
    """The layers that a SWMM model gives, and the fate of all that is in it."""
    contents = read_contents(path)
    open_ = {
        "nodes": 'constants = { system = "?", receives = "?", status = "existing" }    # storm ...; river ...',
        "structures": 'constants = { status = "existing" }    # system: that of its upper node 系统取上游节点的',
        "surfaces": 'constants = { cover = "?", status = "existing" }    # asphalt | concrete | green ...',
    }
    usual = 'constants = { system = "?", status = "existing" }    # storm | sewage | combined'
    seen = []
    for layer in MODEL_LAYERS:
        frame = contents.layers[layer]
        if frame.empty:
            continue
        kinds = ", ".join(sorted({g.geom_type for g in frame.geometry if g is not None}))
        draft = f"[[layers.{layer}]]\nsource = {_quoted(source)}\n{open_.get(layer, usual)}\n{_MODEL_PLACE}"
        shown = pd.DataFrame(frame.dropna(axis=1, how="all"))
        seen.append(SeenLayer(layer, len(frame), kinds, "", _fields(shown), layer, draft))
    return Seen(source, "SWMM", contents.file.encoding, tuple(seen), contents.notes, contents.fates)


def _networks(source: str, path: Path, kind: str) -> Seen:
    """Pipe networks of an XML file: for each its nodes and pipes, with a draft of both."""
    root = root_of(path)
    names = network_names(root) if kind == "landxml" else [""]
    if not names:
        raise SourceRefusedError("layer.missing", layer="PipeNetwork", available="-")
    seen: list[SeenLayer] = []
    notes: list[Note] = []
    for name in names:
        for layer in ("nodes", "pipes"):
            raw = read_landxml(root, layer, name) if kind == "landxml" else read_isybau(root, layer)
            notes.extend(raw.notes)
            # A column without any value is as good as not there.
            shown = pd.DataFrame(raw.frame.dropna(axis=1, how="all"))
            draft = draft_mapping(layer, source, name or None, shown, ("network", "desc"))
            crs = raw.frame.crs.to_string() if raw.frame.crs else ""
            kinds = ", ".join(sorted({g.geom_type for g in raw.frame.geometry if g is not None}))
            label = f"{name} {layer}".strip()
            seen.append(SeenLayer(label, len(raw.frame), kinds, crs, _fields(shown), layer, draft))
    every = {(n.rule, str(n.found)): n for n in notes}
    return Seen(source, FORM_NAMES[kind], "", tuple(seen), tuple(every.values()))


def _database(url: str, place: Path) -> tuple[SeenLayer, ...]:
    def look(name: str) -> SeenLayer:
        with source_entrance(place / url, GATE_FORMS["postgis"]):
            frame = read_postgis(url, name, limits_of(place / url).feature_limit).frame
        return _seen(url, name, frame, frame.crs.to_string() if frame.crs else "")

    with connected(url) as connection:
        known = spatial_tables(connection)
    return tuple(_looked_into(table.full_name, look) for table in known)

"""QGIS styles inside a GeoPackage: findings open in colours by severity, surfaces in those of their covers."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from html import escape
from pathlib import Path

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.catalogue.structure_form import ORIFICE, OUTLET, PUMP, WEIR

COLOURS = {"error": "214,47,39", "warning": "245,158,11", "info": "90,140,190"}
SHAPES = {"error": "triangle", "warning": "diamond", "info": "circle"}
# Markers that QGIS has of its own.
STRUCTURE_SHAPES = {PUMP: "filled_arrowhead", WEIR: "trapezoid", ORIFICE: "circle", OUTLET: "diamond"}
FIXED_STAMP = "2000-01-01T00:00:00.000Z"


def finding_style() -> str:
    """The style of the layer ``findings``: a marker by severity, its message as the map tip."""
    categories = "".join(
        f'<category render="true" type="string" symbol="{i}" value="{name}" label="{name}"/>'
        for i, name in enumerate(COLOURS)
    )
    symbols = "".join(
        f'<symbol type="marker" name="{i}" alpha="1"><layer class="SimpleMarker" enabled="1"><Option type="Map">'
        f'<Option type="QString" name="color" value="{COLOURS[name]},255"/>'
        f'<Option type="QString" name="name" value="{SHAPES[name]}"/>'
        '<Option type="QString" name="outline_color" value="255,255,255,255"/>'
        '<Option type="QString" name="size" value="3"/></Option></layer></symbol>'
        for i, name in enumerate(COLOURS)
    )
    tip = escape("<b>[% rule %]</b><br>[% message %]<br><i>[% action %]</i>")
    return (
        '<!DOCTYPE qgis PUBLIC "http://mrcc.com/qgis.dtd" "SYSTEM">'
        '<qgis version="3.28" styleCategories="Symbology|MapTips">'
        '<renderer-v2 type="categorizedSymbol" attr="severity" forceraster="0" enableorderby="0">'
        f"<categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2>"
        f"<mapTip>{tip}</mapTip></qgis>"
    )


def structure_style(*, lines: bool) -> str:
    """The style of the layer ``structures``: a marker by kind, at the middle of its line where ``lines`` are."""
    categories = "".join(
        f'<category render="true" type="string" symbol="{i}" value="{kind}" label="{kind}"/>'
        for i, kind in enumerate(STRUCTURE_SHAPES)
    )
    symbol = _marked_line if lines else _marker
    symbols = "".join(symbol(str(i), shape) for i, shape in enumerate(STRUCTURE_SHAPES.values()))
    return (
        '<!DOCTYPE qgis PUBLIC "http://mrcc.com/qgis.dtd" "SYSTEM">'
        '<qgis version="3.28" styleCategories="Symbology|MapTips">'
        '<renderer-v2 type="categorizedSymbol" attr="kind" forceraster="0" enableorderby="0">'
        f"<categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2>"
        f"<mapTip>{escape('<b>[% structure_id %]</b> [% kind %]')}</mapTip></qgis>"
    )


def _marker(name: str, shape: str) -> str:
    return (
        f'<symbol type="marker" name="{name}" alpha="1"><layer class="SimpleMarker" enabled="1">'
        '<Option type="Map"><Option type="QString" name="color" value="255,255,255,255"/>'
        f'<Option type="QString" name="name" value="{shape}"/>'
        '<Option type="QString" name="outline_color" value="40,40,40,255"/>'
        '<Option type="QString" name="size" value="4"/></Option></layer></symbol>'
    )


def _marked_line(name: str, shape: str) -> str:
    """A line with a marker at its middle."""
    return (
        f'<symbol type="line" name="{name}" alpha="1"><layer class="SimpleLine" enabled="1">'
        '<Option type="Map"><Option type="QString" name="line_color" value="40,40,40,255"/>'
        '<Option type="QString" name="line_width" value="0.4"/></Option></layer>'
        '<layer class="MarkerLine" enabled="1"><Option type="Map">'
        '<Option type="QString" name="placements" value="CentralPoint"/></Option>'
        f"{_marker(f'@{name}@1', shape)}</layer></symbol>"
    )


def surface_style(catalogue: Catalogue) -> str:
    """The style of the layer ``surfaces``: a fill by cover, with its names in both languages."""
    covers = list(catalogue.covers.values())
    categories = "".join(
        f'   <category value="{c.cover}" symbol="{i}" label="{escape(label)}" render="true"/>\n'
        for i, (c, label) in enumerate((c, f"{c.name_en} {c.name_zh}") for c in covers)
    )
    symbols = "".join(
        f'   <symbol name="{i}" type="fill" alpha="1"><layer class="SimpleFill" enabled="1"><Option type="Map">'
        f'<Option type="QString" name="color" value="{_decimal(c.qgis_fill)},255"/>'
        '<Option type="QString" name="style" value="solid"/>'
        '<Option type="QString" name="outline_style" value="no"/></Option></layer></symbol>\n'
        for i, c in enumerate(covers)
    )
    return (
        '<qgis version="3.34" styleCategories="Symbology">\n'
        ' <renderer-v2 type="categorizedSymbol" attr="cover" enableorderby="0" forceraster="0"'
        ' symbollevels="0">\n'
        f"  <categories>\n{categories}  </categories>\n  <symbols>\n{symbols}  </symbols>\n"
        " </renderer-v2>\n</qgis>\n"
    )


def _decimal(colour: str) -> str:
    """The decimal parts of a colour such as "#7fb069"."""
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))


def add_styles(path: Path, styles: Mapping[str, str]) -> None:
    """Write styles into the table from which QGIS takes a layer's default."""
    if not styles:
        return
    with closing(sqlite3.connect(path)) as book, book:
        book.execute(
            "create table layer_styles (id integer primary key autoincrement not null, "
            "f_table_catalog text(256), f_table_schema text(256), f_table_name text(256), "
            "f_geometry_column text(256), styleName text(30), styleQML text, styleSLD text, "
            "useAsDefault boolean, description text, owner text(30), ui text(30), update_time datetime)"
        )
        for name, qml in sorted(styles.items()):
            book.execute(
                "insert into layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "
                "styleName, styleQML, styleSLD, useAsDefault, description, owner, ui, update_time) "
                "values ('', '', ?, 'geom', ?, ?, '', 1, '', '', '', ?)",
                (name, name, qml, FIXED_STAMP),
            )
        book.execute(
            "insert into gpkg_contents (table_name, data_type, identifier, last_change) "
            "values ('layer_styles', 'attributes', 'layer_styles', ?)",
            (FIXED_STAMP,),
        )

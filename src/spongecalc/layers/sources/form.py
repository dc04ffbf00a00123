"""The form of a source, and reading it by that form's reader."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
from pyproj import CRS

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.gate.territory import limits_of
from spongecalc.layers.sources.cass_points import read_cass
from spongecalc.layers.sources.delivery import Delivery, places_of_nodes
from spongecalc.layers.sources.filegdb_domains import SUFFIX as FILEGDB
from spongecalc.layers.sources.filegdb_domains import with_descriptions
from spongecalc.layers.sources.foreign_form import refuse_foreign
from spongecalc.layers.sources.isybau import read_isybau
from spongecalc.layers.sources.landxml import read_landxml
from spongecalc.layers.sources.postgis import read_postgis
from spongecalc.layers.sources.raw import RawLayer, SourceRefusedError, source_entrance
from spongecalc.layers.sources.survey_table import read_survey
from spongecalc.layers.sources.swmm.model import read_model
from spongecalc.layers.sources.vector import layer_named, read_vector
from spongecalc.layers.sources.xml_document import form_of_xml, root_of
from spongecalc.project.layer_source import LayerSource

MODEL_FORM = "inp"
FORMS = {
    ".dxf": "dxf",
    ".dwg": "dxf",
    ".dat": "cass",
    ".inp": MODEL_FORM,
    ".xlsx": "survey",
    ".xlsm": "survey",
    ".xls": "survey",
    ".et": "survey",
    ".csv": "survey",
    ".txt": "survey",
    ".xml": "xml",
    ".landxml": "xml",
}
GATE_FORMS = {"dxf": "drawing", "cass": "text", "survey": "table", MODEL_FORM: "model", "postgis": "database"}
"""Forms of sources by the gate's names, where they are others."""


def form_of(source: LayerSource) -> str:
    """The form that a source states, or that its address or the ending of its name tells."""
    if source.form is not None:
        return source.form
    if source.is_database:
        return "postgis"
    return FORMS.get(Path(source.source).suffix.lower(), "vector")


def gate_form(source: LayerSource) -> str:
    """The form of a source by the gate's names."""
    form = form_of(source)
    return GATE_FORMS.get(form, form)


def usual_axes(source: LayerSource) -> str:
    """Meaning of X and Y in a source that says nothing of it, as ``axes`` writes it."""
    return "north_east" if form_of(source) == "survey" else "east_north"


def read_raw(
    folder: Path,
    layer: str,
    source: LayerSource,
    catalogue: Catalogue,
    siblings: Sequence[LayerSource] = (),
    delivery: Delivery | None = None,
    nodes: gpd.GeoDataFrame | None = None,
    target: CRS | None = None,
) -> RawLayer:
    """A layer as it stands in its source; raises SourceRefusedError.

    ``siblings`` are the other sources of the same layer in the same file, ``delivery`` the survey tables of the
    project, ``nodes`` its nodes in its CRS ``target``.
    """
    form = form_of(source)
    path = folder / source.source
    with source_entrance(path, gate_form(source), layer):
        if form == "postgis":
            return read_postgis(source.source, source.layer or layer, limits_of(path).feature_limit)
        return _of_file(path, form, folder, layer, source, catalogue, siblings, delivery, nodes, target)


def _of_file(
    path: Path,
    form: str,
    folder: Path,
    layer: str,
    source: LayerSource,
    catalogue: Catalogue,
    siblings: Sequence[LayerSource],
    delivery: Delivery | None,
    nodes: gpd.GeoDataFrame | None,
    target: CRS | None,
) -> RawLayer:
    """A layer out of a file, by the reader of its form."""
    if not path.exists():
        raise SourceRefusedError("file.missing")
    refuse_foreign(path)
    if form == "dxf":
        # The library of drawings is slow to load, and few projects need it.
        from spongecalc.layers.sources.drawing import read_drawing  # noqa: PLC0415

        return read_drawing(path, layer, source, catalogue, siblings)
    if form == "cass":
        return read_cass(path, layer, source.encoding)
    if form == "survey":
        places = places_of_nodes(nodes, source, target) if target is not None else {}
        return read_survey(path, layer, source, folder, delivery, places)
    if form == MODEL_FORM:
        return read_model(path, layer, source.crs)
    if form == "xml" and (kind := form_of_xml(path)):
        root = root_of(path, source.encoding)
        return read_landxml(root, layer, source.layer) if kind == "landxml" else read_isybau(root, layer)
    raw = read_vector(path, source.layer, layer, source.encoding)
    if path.suffix.lower() == FILEGDB:
        return with_descriptions(raw, path, layer_named(path, source.layer, layer), source)
    return raw

"""The form of a source, and reading it by that form's reader."""

from __future__ import annotations

from pathlib import Path

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.layers.sources.drawing import read_drawing
from spongecalc.layers.sources.postgis import read_postgis
from spongecalc.layers.sources.raw import RawLayer, SourceRefusedError
from spongecalc.layers.sources.survey_table import read_survey
from spongecalc.layers.sources.swmm_model import read_model
from spongecalc.layers.sources.vector import read_vector
from spongecalc.project.layer_source import LayerSource

FORMS = {".dxf": "dxf", ".inp": "inp", ".xlsx": "survey", ".xlsm": "survey", ".csv": "survey", ".txt": "survey"}


def form_of(source: LayerSource) -> str:
    """The form that a source states, or that its address or the ending of its name tells."""
    if source.form is not None:
        return source.form
    if source.is_database:
        return "postgis"
    return FORMS.get(Path(source.source).suffix.lower(), "vector")


def usual_axes(source: LayerSource) -> str:
    """Meaning of X and Y in a source that says nothing of it, as ``axes`` writes it."""
    return "north_east" if form_of(source) == "survey" else "east_north"


def read_raw(folder: Path, layer: str, source: LayerSource, catalogue: Catalogue) -> RawLayer:
    """A layer as it stands in its source; raises SourceRefusedError."""
    form = form_of(source)
    if form == "postgis":
        return read_postgis(source.source, source.layer or layer)
    path = folder / source.source
    if not path.exists():
        raise SourceRefusedError("file.missing")
    if form == "dxf":
        return read_drawing(path, layer, source.layer, source.labels, catalogue)
    if form == "survey":
        return read_survey(path, layer, source, folder)
    if form == "inp":
        return read_model(path, layer)
    return read_vector(path, source.layer, layer, source.encoding)

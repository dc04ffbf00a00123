"""GDAL's vector drivers by pyogrio, within an entrance."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio

from spongecalc.gate.content import content_of
from spongecalc.gate.entrance import standing_in
from spongecalc.gate.fields import refuse_fields
from spongecalc.gate.forms_by_name import GEOPACKAGE, UNMARKED, VECTOR_FORMS
from spongecalc.gate.gdal_drivers import close_ways_out
from spongecalc.gate.geopackage_apart import Readable, readable
from spongecalc.gate.gml_apart import gml_apart
from spongecalc.gate.not_admitted import OtherFormError, TooLargeError
from spongecalc.gate.territory import limits_of
from spongecalc.gate.vector_content import admit_content, is_gml
from spongecalc.gate.without_types import without_types

Source = Path | BytesIO
# Bytes that a feature takes at least: a smaller file cannot hold more features than are allowed.
_LEAST_BYTES = 10
# Every byte is a character of it: names of fields in any encoding are read, which only their reader decodes.
_BYTES = "ISO-8859-1"


def list_layers(source: Source) -> np.ndarray:
    """Names and kinds of geometry of a file's layers, a row each."""
    with _opened(source) as place:
        found: np.ndarray = pyogrio.list_layers(place)
        found = _with_refused(found, source)
        if len(found) and isinstance(source, Path) and content_of(source) in UNMARKED:
            _check_driver(source, pyogrio.read_info(place, layer=0, encoding=_BYTES)["driver"])
    return found


def read_info(source: Source, **choices: Any) -> dict[str, Any]:
    """Fields, types and CRS of a layer, as :func:`pyogrio.read_info` tells them."""
    with _opened(source, choices.get("layer")) as place:
        found: dict[str, Any] = pyogrio.read_info(place, **choices)
    _check_driver(source, found["driver"])
    return found


def read_dataframe(source: Source, **choices: Any) -> pd.DataFrame:
    """Features of a layer, as :func:`pyogrio.read_dataframe` gives them."""
    with _opened(source, choices.get("layer")) as place:
        _check_extent(place, choices.get("layer"), of_fields="sql" not in choices)
        return pyogrio.read_dataframe(place, **choices)


def read_as_written(source: Source, **choices: Any) -> pd.DataFrame | None:
    """Features of a layer of a file in text, its numbers as they stand there; None where it gives no types."""
    with _opened(source), without_types(source) as place:
        return None if place is None else pyogrio.read_dataframe(place, **choices)


def driver_by_name(path: Path) -> str:
    """The name of the driver that a file's ending belongs to."""
    standing_in()
    return str(pyogrio.detect_write_driver(path))


def _check_driver(source: Source, driver: str) -> None:
    """Refuse a file that a driver of another form than its name's has opened."""
    if not isinstance(source, Path):
        return
    form = VECTOR_FORMS.get(source.suffix.lower())
    if form is not None and driver not in form.drivers:
        raise OtherFormError(source.suffix, driver)


@contextmanager
def _opened(source: Source, layer: str | int | None = None) -> Iterator[Source]:
    """The file or stream that GDAL is to open for a source, admitted; a stream is at its beginning.

    A layer of it that is not to be read is refused.
    """
    standing_in()
    close_ways_out()
    admit_content(source, limits_of(standing_in().path))
    if isinstance(source, Path) and is_gml(source):
        with gml_apart(source) as place:
            yield place
        return
    if (database := _database(source)) is not None:
        if isinstance(layer, str) and (reason := database.refused.get(layer)) is not None:
            raise reason.anew()
        yield database.place
        return
    if isinstance(source, BytesIO):
        source.seek(0)
    yield source


def _database(source: Source) -> Readable | None:
    """A GeoPackage as it may be read; None for anything else."""
    if not isinstance(source, Path) or not source.is_file() or content_of(source) != GEOPACKAGE:
        return None
    return readable(source, limits_of(standing_in().path))


def _with_refused(layers: np.ndarray, source: Source) -> np.ndarray:
    """Layers and those that are refused, so that each is told why where it is asked for."""
    database = _database(source)
    known = {str(name) for name, _ in layers}
    more = [[name, None] for name in (database.refused if database is not None else ()) if name not in known]
    return np.array([*layers, *more], dtype=object) if more else layers


def _check_extent(place: Source, layer: str | int | None, *, of_fields: bool) -> None:
    """Refuse a layer of more fields than are allowed, or features where the file is large enough to hold them."""
    allowed = limits_of(standing_in().path).feature_limit
    counted = _size(place) >= _LEAST_BYTES * allowed
    if not (counted or of_fields):
        return
    found = pyogrio.read_info(place, layer=layer, encoding=_BYTES, force_feature_count=counted)
    if isinstance(place, BytesIO):
        place.seek(0)
    if of_fields:
        refuse_fields(len(found["fields"]), str(layer or ""))
    if counted and (count := int(found["features"])) > allowed:
        raise TooLargeError.of_count("feature_limit", count, allowed, layer=str(layer or ""))


def _size(place: Source) -> float:
    """Bytes of a file; without end for those whose features it does not bound, as an archive or a folder."""
    if isinstance(place, BytesIO):
        return place.getbuffer().nbytes
    return place.stat().st_size if place.is_file() and place.suffix.lower() != ".zip" else float("inf")

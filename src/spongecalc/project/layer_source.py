"""The source of a layer, and how what stands there is translated to the data contract."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field
from pyproj import CRS
from pyproj.exceptions import CRSError

from spongecalc.project.address_password import holds_password, without_password
from spongecalc.project.database_address import is_database, is_unfit, is_web_address
from spongecalc.project.quantity import column_unit, factor
from spongecalc.project.refused_value import RefusedValueError
from spongecalc.project.section import Meters, Number, Section, once_read

# Units that a drawing may be drawn in, in m.
DRAWING_UNITS_M = {"mm": 0.001, "cm": 0.01, "dm": 0.1, "m": 1.0, "km": 1000.0, "in": 0.0254, "ft": 0.3048}

# What a survey table says of a point and a line besides the contract's columns.
SURVEY_KEYS = ("point", "connected", "feature", "attachment", "x", "y")


def known_crs(value: object) -> object:
    """The value, if it names a coordinate reference system; raises RefusedValueError."""
    try:
        CRS.from_user_input(value)
    except CRSError as reason:
        raise RefusedValueError("crs", value) from reason
    return value


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, (str, int, float)) else value


def _pattern(value: object) -> object:
    try:
        re.compile(str(value))
    except re.error as reason:
        raise RefusedValueError("pattern_text", value) from reason
    return value


Text = Annotated[str, BeforeValidator(lambda v: str(v) if isinstance(v, (int, float)) else v)]


class Lookup(Section):
    """A second table that says what a code in the layer means.

    The row of ``source`` whose ``key`` holds what ``field`` holds in the layer gives, for each column of the
    contract in ``take``, the value of the named field.
    """

    source: str
    layer: str | None = None
    encoding: str | None = None
    field: str
    key: str
    take: dict[str, str] = Field(min_length=1)


class Labels(Section):
    """Rules by which the texts of a drawing become attributes of the lines and symbols beside them.

    A text belongs to what its leader points at, else to the line or symbol within ``within`` of its letters that
    it lies beside. The named groups of ``pattern`` become fields; without a pattern, sizes and materials are
    recognised. ``layers`` are the CAD layers of the texts, with ``*`` for any letters.
    """

    pattern: Annotated[str, BeforeValidator(_pattern)] | None = None
    within_m: Meters = Field(2.0, gt=0, le=100, alias="within")
    layers: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()


class LayerSource(Section):
    """One file or database table that a layer comes from, and how its fields become the contract's columns.

    Of a drawing ``drawing_unit`` states the unit it is drawn in, and ``hidden`` whether what its frozen and
    switched-off CAD layers hold is read. ``length`` says whether a pipe is as long as its line is drawn or as its
    ``length_m`` records; without it the record counts in a SWMM model, and the drawing everywhere else.
    """

    source: str
    layer: str | None = None
    form: Literal["vector", "dxf", "survey", "inp", "postgis", "cass", "xml"] | None = None
    encoding: str | None = None
    fields: dict[str, str] = Field(default_factory=dict)
    units: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    constants: dict[str, str | Number] = Field(default_factory=dict)
    filter: dict[str, Annotated[tuple[Text, ...], BeforeValidator(_listed)]] = Field(default_factory=dict)
    lookups: tuple[Lookup, ...] = ()
    labels: Labels = Labels()
    prefix: Text = ""
    drawing_unit: Literal["mm", "cm", "dm", "m", "km", "in", "ft"] | None = None
    hidden: Literal["read", "left_out"] = "read"
    points: str | None = None
    points_layer: str | None = None
    crs: Annotated[str, BeforeValidator(known_crs)] | None = None
    axes: Literal["east_north", "north_east"] | None = None
    length: Literal["drawn", "recorded"] | None = None
    offset_x_m: Meters = Field(0.0, alias="offset_x")
    offset_y_m: Meters = Field(0.0, alias="offset_y")

    @property
    def is_database(self) -> bool:
        """True where the source is a database and not a file."""
        return is_database(self.source)

    @once_read
    def _units_fit(self) -> Self:
        for column, unit in self.units.items():
            try:
                factor(unit, column)
            except RefusedValueError as reason:
                wanted = column_unit(column) or "-"
                raise RefusedValueError("unit", unit, wanted, key=("units", column)) from reason
        return self

    @once_read
    def _no_password(self) -> Self:
        given: dict[tuple[str | int, ...], str] = {("source",): self.source, ("points",): self.points or ""}
        given |= {("lookups", n, "source"): look.source for n, look in enumerate(self.lookups)}
        for key, address in given.items():
            hidden = without_password(address)
            if holds_password(address):
                raise RefusedValueError("password", hidden, "PGPASSWORD", key=key)
            if is_web_address(address):
                raise RefusedValueError("web_address", hidden, key=key)
            if is_unfit(address):
                raise RefusedValueError("database_url", hidden, key=key)
        if self.form == "postgis" and not self.is_database:
            raise RefusedValueError("database_url", self.source, key=("source",))
        return self

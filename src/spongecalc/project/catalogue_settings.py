"""The part [catalogue] of spongecalc.toml: covers, materials and trade sizes of the project's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field

from spongecalc.catalogue.catalogue import Catalogue, shipped
from spongecalc.catalogue.cover import Cover, Infiltration
from spongecalc.catalogue.material import Material, folded, says_something
from spongecalc.contract import FACILITY_KINDS
from spongecalc.project.refused_value import RefusedValueError
from spongecalc.project.section import (
    Millimeters,
    Number,
    Percent,
    PipeDiameter,
    Section,
    Why,
    Words,
    once_read,
    quantity_in,
)
from spongecalc.standards.provenance import BY_PROJECT

COVER_ID = re.compile(r"[a-z][a-z0-9_]{1,39}")
# Classes of the map that are no covers, and facilities, whose own ground is counted beside the covers.
TAKEN = frozenset({"building", "other", "unknown", *FACILITY_KINDS})
LONGEST_NAME = 60
Rate = Annotated[float, quantity_in("mm/hour")]


def _colour(value: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise RefusedValueError("colour", value)
    return value.lower()


Colour = Annotated[str, AfterValidator(_colour)]
Share = Annotated[Number, Field(ge=0, le=1)]


class CoverValues(Section):
    """A project's own values of a cover's hydrology, in place of those of the table."""

    impervious_percent: Percent | None = None
    depression_storage_mm: Millimeters | None = Field(None, ge=0, le=500)
    manning_n: Number | None = Field(None, gt=0, le=1)
    f0_mm_h: Rate | None = Field(None, ge=0, le=1000)
    fmin_mm_h: Rate | None = Field(None, ge=0, le=1000)
    decay_1_h: Number | None = Field(None, gt=0, le=50)
    dry_days: Number | None = Field(None, gt=0, le=60)


class CoverOverride(CoverValues):
    """Values of a shipped cover that a project changes."""

    reason: Why | None = None


class Names(Section):
    """A name in both languages."""

    zh: Words
    en: Words


class OwnCover(CoverValues):
    """A cover of the project's own: like one of the catalogue but for what is said."""

    like: str
    reason: Why
    names: Names | None = None
    synonyms: tuple[Words, ...] = ()
    colour: Colour | None = None
    infiltration: Infiltration | None = None
    sealed: bool | None = None
    green: bool | None = None
    paved: bool | None = None
    carriageway: bool | None = None
    volume_low: Share | None = None
    volume_high: Share | None = None
    peak_low: Share | None = None
    peak_high: Share | None = None

    def cover(self, cover_id: str, known: Mapping[str, Cover]) -> Cover:
        """The cover as the catalogue holds it. Raises RefusedValueError for one that cannot be."""
        if not COVER_ID.fullmatch(cover_id) or cover_id in TAKEN:
            raise RefusedValueError("cover_id", cover_id, ", ".join(sorted(TAKEN)))
        if self.like not in known:
            raise RefusedValueError("cover", self.like, ", ".join(known), ("like",))
        model = known[self.like]
        given = self.model_dump(exclude_none=True, exclude={"like", "reason", "names", "synonyms", "colour"})
        plain = cover_id.replace("_", " ")
        names = self.names or Names(zh=plain, en=plain)
        if self.colour is not None:
            given |= {"map_fill": self.colour, "qgis_fill": self.colour, "map_pattern": "plain"}
        hydrology = set(given) & set(CoverValues.model_fields)
        runoff = {k for k in given if k.startswith(("volume_", "peak_"))}
        for prefix in ("",) * bool(hydrology) + ("runoff_",) * bool(runoff):
            given |= _told(prefix, self.reason)
        made = replace(
            model,
            cover=cover_id,
            name_zh=names.zh,
            name_en=names.en,
            synonyms=(names.zh, names.en, *self.synonyms),
            like=self.like,
            reason=self.reason,
            **given,
            **_told("names_", self.reason),
        )
        for low, high in (("volume_low", "volume_high"), ("peak_low", "peak_high")):
            if getattr(made, low) > getattr(made, high):
                to_blame = low if getattr(self, low) is not None else high
                raise RefusedValueError(
                    "range_of_cover", getattr(made, low), f"{getattr(made, high):g}", (to_blame,)
                )
        check_horton(made)
        if self.infiltration is not None and (made.infiltration == "none") != (made.impervious_percent >= 100):
            wanted = "100" if made.infiltration == "none" else "< 100"
            key = "infiltration" if self.impervious_percent is None else "impervious_percent"
            raise RefusedValueError("infiltration", getattr(self, key), wanted, (key,))
        return made


def _told(prefix: str, reason: str) -> dict[str, Any]:
    """The source of a group of values that the project sets, and that it does."""
    return {f"{prefix}source": reason, f"{prefix}how_known": BY_PROJECT}


def check_horton(cover: Cover) -> None:
    """Raise RefusedValueError for a cover whose infiltration would grow with time."""
    if cover.fmin_mm_h > cover.f0_mm_h:
        raise RefusedValueError("horton", cover.fmin_mm_h, f"{cover.f0_mm_h:g}", ("fmin_mm_h",))


class OwnMaterial(Section):
    """A material of the project's own: like one of the catalogue but for what is said."""

    like: str
    reason: Why
    names: Names | None = None
    synonyms: tuple[Words, ...] = ()
    family: str | None = None
    manning_n: Number | None = Field(None, gt=0.005, le=0.1, alias="n")
    wall_ratio: Number | None = Field(None, ge=0, le=0.5)
    bedding_mm: Millimeters | None = Field(None, ge=0, le=1000, alias="bedding")
    sizes_mm: tuple[PipeDiameter, ...] | None = Field(None, alias="sizes")

    def material(self, name: str, known: Mapping[str, Material]) -> Material:
        """The material as the catalogue holds it. Raises RefusedValueError for one that cannot be."""
        if self.like not in known:
            raise RefusedValueError("material", self.like, ", ".join(known), ("like",))
        families = sorted({m.family for m in known.values()})
        if self.family is not None and self.family not in families:
            raise RefusedValueError("material_family", self.family, ", ".join(families), ("family",))
        model = known[self.like]
        given = self.model_dump(exclude_none=True, exclude={"like", "reason", "names", "synonyms"})
        names = self.names or Names(zh=name, en=name)
        told = {"source": self.reason, "how_known": BY_PROJECT}
        sourced: dict[str, str] = {}
        for fields, prefix in (
            ({"manning_n"}, ""),
            ({"wall_ratio", "bedding_mm"}, "wall_"),
            ({"sizes_mm"}, "sizes_"),
        ):
            if fields & set(given):
                sourced |= {f"{prefix}{k}": v for k, v in told.items()}
        if "sizes_mm" in given:
            given |= {"outer_sizes_mm": (), "sizes_mm": tuple(sorted(given["sizes_mm"]))}
        return replace(
            model,
            material=name,
            name_zh=names.zh,
            name_en=names.en,
            synonyms=(names.zh, names.en, *self.synonyms),
            like=self.like,
            reason=self.reason,
            **given,
            **_told("names_", self.reason),
        )


class TradeSizes(Section):
    """The diameters that designs of the project choose from."""

    diameters_mm: tuple[PipeDiameter, ...] = Field(min_length=1, alias="diameters")
    reason: Why


class CatalogueSettings(Section):
    """Rows of the project's own beside those that ship with the package."""

    covers: dict[str, OwnCover] = {}
    materials: dict[str, OwnMaterial] = {}
    trade_sizes: TradeSizes | None = None

    @once_read
    def _rows_can_be(self) -> Self:
        catalogue_of(self, {})
        return self


def catalogue_of(own: CatalogueSettings, overrides: Mapping[str, CoverOverride]) -> Catalogue:
    """The catalogue of a project: what ships with the package, changed and added to.

    Parameters
    ----------
    own
        The project's own rows.
    overrides
        Values in place of those of covers that ship with the package, or of its own.

    Raises
    ------
    RefusedValueError
        A row that cannot be; ``key`` leads to what is to blame, from the part [catalogue].
    """
    known = shipped()
    changed = [_overridden(known.covers[c], o) for c, o in overrides.items() if c in known.covers]
    known = known.with_covers(*changed)
    taken = {folded(n): c for c, cover in known.covers.items() for n in (c, *cover.synonyms)}
    for cover_id, row in own.covers.items():
        place = ("covers", cover_id)
        if cover_id in shipped().covers:
            raise RefusedValueError("cover_exists", cover_id, key=place)
        made: Cover = _placed(row.cover, cover_id, known.covers, place)
        _told_once((cover_id, *made.synonyms), cover_id, taken, (*place, "synonyms"))
        known = known.with_covers(_overridden(made, overrides[cover_id]) if cover_id in overrides else made)
    names: dict[str, str] = {}
    for name, line in own.materials.items():
        place = ("materials", name)
        if folded(name) in {folded(m) for m in shipped().materials}:
            raise RefusedValueError("material_exists", name, key=place)
        own_names = () if line.names is None else (line.names.zh, line.names.en)
        for told in (name, *own_names, *line.synonyms):
            if not says_something(told) or len(told) > LONGEST_NAME:
                raise RefusedValueError("material_name", told, key=place)
        pipe: Material = _placed(line.material, name, known.materials, place)
        _told_once(pipe.names, name, names, (*place, "synonyms"))
        known = known.with_materials(pipe)
    if own.trade_sizes is not None:
        known = known.with_trade_sizes(own.trade_sizes.diameters_mm, own.trade_sizes.reason)
    return known


def _overridden(cover: Cover, own: CoverOverride) -> Cover:
    given = own.model_dump(exclude_none=True, exclude={"reason"})
    reason = own.reason or f"spongecalc.toml, [surfaces.covers.{cover.cover}]"
    return replace(cover, **given, source=reason, how_known=BY_PROJECT, reason=cover.reason or reason)


def _placed[Row](
    make: Callable[[str, Mapping[str, Row]], Row], name: str, known: Mapping[str, Row], place: tuple[str, ...]
) -> Row:
    """Make a row's object; a refusal names the whole way to the key. Raises RefusedValueError."""
    try:
        return make(name, known)
    except RefusedValueError as refused:
        raise RefusedValueError(refused.rule, refused.given, refused.allowed, (*place, *refused.key)) from None


def _told_once(names: tuple[str, ...], owner: str, taken: dict[str, str], place: tuple[str, ...]) -> None:
    for name in names:
        if taken.setdefault(folded(name), owner) != owner:
            raise RefusedValueError("name_taken", name, taken[folded(name)], place)

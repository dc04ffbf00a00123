"""Catalogue of a project: the covers and materials that ship with the package, and its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from spongecalc.catalogue.cover import Cover, End, FacilityGround, in_range
from spongecalc.catalogue.material import Material, recognised
from spongecalc.catalogue.table_row import CellError, objects_of
from spongecalc.standards.tables import rows

ASSUMED_MATERIAL = "concrete"
"""Taken where a material is not known: the roughest of the usual sewer materials."""
ASSUMED_COVER = "bare_soil"
"""Ground that no surface covers, unless the project says otherwise."""
ROOF = "roof"
"""What buildings are covered with."""
_COEFFICIENTS = ("volume_low", "volume_high", "peak_low", "peak_high")


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Covers, materials and trade sizes of one project; never changed once made.

    ``covers`` and ``materials`` are by id in the tables' order, a project's own behind them; ``facility_ground``
    holds runoff coefficients of facilities' own ground by their kind; ``trade_sizes_mm`` the diameters that a
    design chooses from.
    """

    covers: Mapping[str, Cover]
    materials: Mapping[str, Material]
    facility_ground: Mapping[str, Mapping[str, float]]
    trade_sizes_mm: tuple[float, ...]
    trade_sizes_reason: str = ""
    _recognised: dict[str, Material | None] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        own = ", ".join(c.cover for c in self.own_covers) or "none"
        return f"Catalogue({len(self.covers)} covers, {len(self.materials)} materials, own covers: {own})"

    @property
    def cover_ids(self) -> tuple[str, ...]:
        """Ids of all covers."""
        return tuple(self.covers)

    @property
    def own_covers(self) -> tuple[Cover, ...]:
        """Covers that the project added or changed, with its reason."""
        return tuple(c for c in self.covers.values() if c.reason)

    @property
    def own_materials(self) -> tuple[Material, ...]:
        """Materials that the project added."""
        return tuple(m for m in self.materials.values() if m.reason)

    @property
    def permeable_pavings(self) -> tuple[str, ...]:
        """Ids of the covers that are permeable pavings."""
        return tuple(c for c, cover in self.covers.items() if cover.is_permeable_paving)

    def cover(self, cover_id: str) -> Cover:
        """The cover of an id; a KeyError lists those there are."""
        try:
            return self.covers[cover_id]
        except KeyError:
            raise KeyError(f"no cover {cover_id!r}; there are: {', '.join(self.covers)}") from None

    def cover_names(self) -> dict[str, str]:
        """The id of each cover by the names that surveys give it."""
        return {name: c for c, cover in self.covers.items() for name in cover.synonyms}

    def material(self, written: object) -> Material | None:
        """The material that a survey's name means; None where it is unknown or missing."""
        if not isinstance(written, str) or not written.strip():
            return None
        if written not in self._recognised:
            own = [m for m in self.materials.values() if m.reason]
            known = [*own, *(m for m in self.materials.values() if not m.reason)]
            self._recognised[written] = recognised(written, known)
        return self._recognised[written]

    def material_or_assumed(self, written: object) -> Material:
        """The material that a name means, that of concrete where it is unknown."""
        return self.material(written) or self.materials[ASSUMED_MATERIAL]

    def family(self, written: object) -> str | None:
        """The family of a material by its name: plastic, metal, concrete, clay or masonry; None if unknown."""
        material = self.material(written)
        return None if material is None else material.family

    def roughness(self, written: object) -> tuple[float, bool]:
        """Manning's n of a material by its name, and whether the name was known.

        References
        ----------
        GB 50014-2021, section 5.2; each row of ``materials.csv`` carries its source and how it is known.
        """
        return self.material_or_assumed(written).manning_n, self.material(written) is not None

    def volume_coefficients(self, end: End = "middle") -> dict[str, float]:
        """Volumetric runoff coefficient of each cover and each facility's own ground."""
        return self._coefficients("volume", end)

    def peak_coefficients(self) -> dict[str, float]:
        """Runoff coefficient for the rational method of each cover and each facility's own ground."""
        return self._coefficients("peak", "middle")

    def _coefficients(self, kind: str, end: End) -> dict[str, float]:
        ends = {c: (getattr(v, f"{kind}_low"), getattr(v, f"{kind}_high")) for c, v in self.covers.items()}
        ends |= {k: (v[f"{kind}_low"], v[f"{kind}_high"]) for k, v in self.facility_ground.items()}
        return {name: in_range(low, high, end) for name, (low, high) in ends.items()}

    def next_size_mm(self, diameter_mm: float) -> float:
        """The next trade size above a diameter; NaN above the greatest."""
        return min((s for s in self.trade_sizes_mm if s > diameter_mm + 1e-9), default=float("nan"))

    def with_covers(self, *covers: Cover) -> Catalogue:
        """A catalogue with covers added, or in place of those of their id."""
        return replace(self, covers={**self.covers, **{c.cover: c for c in covers}}, _recognised={})

    def with_materials(self, *materials: Material) -> Catalogue:
        """A catalogue with materials added, or in place of those of their id."""
        return replace(self, materials={**self.materials, **{m.material: m for m in materials}}, _recognised={})

    def with_trade_sizes(self, sizes_mm: tuple[float, ...], reason: str) -> Catalogue:
        """A catalogue of other trade sizes."""
        return replace(self, trade_sizes_mm=tuple(sorted(sizes_mm)), trade_sizes_reason=reason, _recognised={})


@cache
def shipped() -> Catalogue:
    """The catalogue that ships with the package.

    Raises
    ------
    CellError
        A cell of one of its tables is missing or improper; names table, row and column.
    """
    covers = {c.cover: c for c in objects_of(Cover, "covers")}
    return Catalogue(
        covers,
        {m.material: m for m in objects_of(Material, "materials")},
        _facility_ground(covers),
        tuple(sorted(float(r["diameter_mm"]) for r in rows("trade_sizes"))),
    )


def _facility_ground(covers: Mapping[str, Cover]) -> dict[str, dict[str, float]]:
    given = {r["kind"]: r for r in rows("facility_ground")}
    found = {}
    for ground in objects_of(FacilityGround, "facility_ground"):
        if ground.like not in covers:
            raise CellError("facility_ground", ground.kind, "like", ground.like)
        own = given[ground.kind]
        found[ground.kind] = {
            c: float(own[c]) if own[c] else float(getattr(covers[ground.like], c)) for c in _COEFFICIENTS
        }
    return found

"""The report's words in one language: texts, names of columns, names of the contract's values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from spongecalc.catalogue.catalogue import Catalogue, shipped
from spongecalc.language import catalogue, filled, text
from spongecalc.report.content.number_format import cell_text, is_known
from spongecalc.report.content.standard_names import source_name


@dataclass(frozen=True)
class Wording:
    """Texts of the part ``report``, and of others by their whole key, in the language ``lang`` ("zh" or "en").

    Covers and a project's own materials are called what its ``catalogue`` calls them.
    """

    lang: str
    catalogue: Catalogue = field(default_factory=shipped)

    def __call__(self, key: str, **params: object) -> str:
        """The text of ``report.<key>``, or of another part whose name begins the key; raises KeyError."""
        full = f"report.{key}"
        return text(full if full in catalogue("report", self.lang) else key, self.lang, **params)

    def name(self, group: str, code: object) -> str:
        """What a column, a map's part or a value of the contract is called; the code itself where unnamed.

        ``group`` is "column", "map" or, for values, the name of the column that holds them. A source may hold
        a value that the contract does not know: it is shown as it is.
        """
        if not is_known(code) or code == "":
            return ""
        place = group if group in ("column", "map") else f"value.{group}"
        return self.of_list(f"report.{place}", str(code)) or str(code)

    def of_list(self, place: str, code: str) -> str | None:
        """The word of a code in a list, such as "report.value.cover"; None where it has none."""
        if place == "report.value.cover":
            cover = self.catalogue.covers.get(code)
            return None if cover is None else cover.name(self.lang)
        if place == "report.value.material":
            material = self.catalogue.materials.get(code)
            # A material stands as the survey wrote it; a project's own has the name that the project gives it.
            if material is not None and material.reason:
                return material.name(self.lang)
        return catalogue(place.partition(".")[0], self.lang).get(f"{place}.{code}")

    def listed(self, parts: Iterable[str]) -> str:
        """Words in a row."""
        return ("、" if self.lang == "zh" else ", ").join(parts)

    def filled(self, key: str, figures: Mapping[str, object]) -> str:
        """A text whose fields are figures: each written as in results/*.csv, "not known" where missing."""
        written = {name: cell_text(name, value) or self("page.unknown") for name, value in figures.items()}
        return self(key, **written)

    def note(self, key: str, params: Mapping[str, object]) -> str:
        """A note of the review; one that the catalogue does not have is shown with its parameters."""
        wording = catalogue("report", self.lang).get(f"report.{key}")
        if wording is None:
            listed = ", ".join(f"{name} = {value}" for name, value in params.items())
            return self("note.other", note=key, params=listed)
        if "source" in params:
            params = {**params, "source": source_name(str(params["source"]), self.lang)}
        return filled(wording, params)

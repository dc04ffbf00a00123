"""The report's words in one language: texts, names of columns, of the contract's values, of the scenarios."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from spongecalc.assess.compared_columns import template_of
from spongecalc.assess.review import Review
from spongecalc.catalogue.catalogue import Catalogue, shipped
from spongecalc.language import catalogue, filled
from spongecalc.project.scenario_settings import DEFAULT_PAIR, DEFAULT_SCENARIOS, Scenario
from spongecalc.report.content.number_format import cell_text, is_known
from spongecalc.report.content.standard_names import source_name

# Marks what is not known while its unit is taken away.
MISSING = "\ufdd0"
UNIT_OF_MISSING = re.compile(rf"{MISSING} (?:m³/d|m³|m²|mm|m|L/s|%|a|km)(?![\w³²/])")


@dataclass(frozen=True)
class Wording:
    """Texts of the part ``report``, and of others by their whole key, in the language ``lang`` ("zh" or "en").

    Texts speak of the two scenarios ``compared`` as {first} and {last}, at a sentence's start {First} and {Last}.
    Where a project's scenarios are others than before and after the works, the texts under ``of_pair`` go before.
    Covers and a project's own materials are called what its ``catalogue`` calls them.
    """

    lang: str
    catalogue: Catalogue = field(default_factory=shipped)
    scenarios: tuple[Scenario, ...] = DEFAULT_SCENARIOS
    compared: tuple[str, str] = DEFAULT_PAIR

    @classmethod
    def of(cls, review: Review, lang: str) -> Self:
        """The words for a review, with its own rows of the catalogue and its scenarios' labels."""
        return cls(lang, review.catalogue, review.scenarios, review.compared)

    def __call__(self, key: str, **params: object) -> str:
        """The text of ``report.<key>``, or of another part whose name begins the key; raises KeyError."""
        full = self._full(key)
        wording = catalogue(full.partition(".")[0], self.lang)[full]
        return filled(wording, {**self._pair, **params}) if "{" in wording else wording

    def _full(self, key: str) -> str:
        full = f"report.{key}"
        if full not in catalogue("report", self.lang):
            full = key
        if not self.is_usual:
            part, _, rest = full.partition(".")
            own = f"{part}.of_pair.{rest}"
            if own in catalogue(part, self.lang):
                return own
        return full

    @cached_property
    def is_usual(self) -> bool:
        """True where the scenarios are those of a project that names none: before and after the works."""
        return self.compared == DEFAULT_PAIR and self.scenarios == DEFAULT_SCENARIOS

    @cached_property
    def _labels(self) -> Mapping[str, str]:
        return {s.name: s.called(self.lang) for s in self.scenarios}

    @cached_property
    def _pair(self) -> Mapping[str, str]:
        first, last = (self.scenario(name) for name in self.compared)
        return {"first": first, "last": last, "First": begun(first), "Last": begun(last)}

    @property
    def scenario_names(self) -> tuple[str, ...]:
        """The project's scenarios, in order."""
        return tuple(s.name for s in self.scenarios)

    def scenario(self, name: object) -> str:
        """The label of a scenario; its name where the project does not have it."""
        return self._labels.get(str(name), str(name))

    def column_of(self, figure: str, scenario: str) -> str:
        """The title of a column for one scenario; ``figure`` is the column's name without the scenario."""
        label = self.scenario(scenario)
        key = f"report.scenario_short.{scenario}"
        short = catalogue("report", self.lang).get(key, label) if self.is_usual else label
        wording = catalogue("report", self.lang)[f"report.column_of.{figure}"]
        return filled(wording, {"scenario": label, "Scenario": begun(label), "short": short})

    def name(self, group: str, code: object) -> str:
        """The words for a column, a map's part or a value of the contract; the code itself where unnamed.

        ``group`` is "column", "map" or, for values, the name of the column that holds them. A source may hold
        a value that the contract does not know: it is shown as it is.
        """
        if not is_known(code) or code == "":
            return ""
        place = group if group in ("column", "map") else f"value.{group}"
        named = self.of_list(f"report.{place}", str(code))
        if named is None and group == "column":
            template, scenario = template_of(str(code))
            if scenario:
                return self.column_of(template.replace("_{s}", ""), scenario)
        return str(code) if named is None else named

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

    def joined(self, parts: Iterable[str]) -> str:
        """Clauses in a row, within a sentence."""
        return ("；" if self.lang == "zh" else "; ").join(parts)

    @property
    def between(self) -> str:
        """The text between two sentences: a space, or none in Chinese."""
        return "" if self.lang == "zh" else " "

    def filled(self, key: str, figures: Mapping[str, object]) -> str:
        """A text whose fields are figures: each written as in results/*.csv, "not known" where missing.

        What is not known has no unit.
        """
        unknown = f"{MISSING}{self('page.unknown')}{MISSING}"
        written = {name: cell_text(name, value) or unknown for name, value in figures.items()}
        said = UNIT_OF_MISSING.sub(MISSING, self(key, **written))
        return (said.replace(f" {MISSING}", MISSING) if self.lang == "zh" else said).replace(MISSING, "")

    def note(self, key: str, params: Mapping[str, object]) -> str:
        """A note of the review; one that the catalogue does not have is shown with its parameters."""
        wording = catalogue("report", self.lang).get(f"report.{key}")
        if wording is None:
            listed = ", ".join(f"{name} = {value}" for name, value in params.items())
            return self("note.other", note=key, params=listed)
        if "source" in params:
            params = {**params, "source": source_name(str(params["source"]), self.lang)}
        return filled(wording, params)


def begun(label: str) -> str:
    """A label at the start of a sentence."""
    return label[:1].upper() + label[1:]

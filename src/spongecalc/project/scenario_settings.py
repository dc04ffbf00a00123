"""The scenarios of a project: states of its layers, in order, each by a rule that says which features stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints

from spongecalc.contract import SCHEMAS, STATUSES
from spongecalc.language import LANGUAGES, has_text, text
from spongecalc.project.refused_value import RefusedValueError
from spongecalc.project.section import Section, Words, as_typed, once_read

BEFORE, AFTER = "before", "after"
"""The scenarios of a project that names none. Nothing else knows these two names."""

Status = Literal[STATUSES]  # type: ignore[valid-type]
DEFAULT_STATUSES: Mapping[str, tuple[str, ...]] = {
    BEFORE: ("existing", "removed"),
    AFTER: ("existing", "proposed"),
}
RULES = ("statuses", "phases", "laid_by", "column")
PHASE, LAID = "phase", "laid"
# Words that tables and commands keep for themselves (columns of what sets two scenarios side by side among them),
# and names that Windows gives to no file.
KEYS = ("community_id", "scenario", "storm_id", "figure", "value", "unit", "difference")
PORTS = tuple(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))
# Columns that GeoPackages keep for themselves.
GEOPACKAGE = frozenset(("geometry", "geom", "fid"))
RESERVED = frozenset(("all", "none", "total", "base", "con", "prn", "aux", "nul", *KEYS, *PORTS))


def _phase(given: object) -> object:
    """A phase as the layers write it: 1 is "1"."""
    return str(given) if isinstance(given, int) and not isinstance(given, bool) else given


def _both_languages(given: object) -> object:
    """A label typed as one text holds in both languages."""
    return {"zh": given, "en": given} if isinstance(given, str) else given


def _day(given: object) -> object:
    """A day, of TOML or as a text; a number or a time of day is none. Raises RefusedValueError."""
    if given is None or (isinstance(given, date) and not isinstance(given, datetime)):
        return given
    try:
        return date.fromisoformat(str(given) if isinstance(given, str) else "")
    except ValueError:
        raise RefusedValueError("day", given) from None


def as_pair(given: object) -> object:
    """A list of two. Raises RefusedValueError for a list of any other length."""
    if isinstance(given, list | tuple) and len(given) != 2:
        raise RefusedValueError("scenario_pair", given)
    return given


Phase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), BeforeValidator(_phase)]


class Label(Section):
    """Name of a scenario in reports, in both languages."""

    zh: Words
    en: Words


class Scenario(Section):
    """One state of the layers: its name, what reports call it, and the rule of the features that stand in it.

    ``statuses`` names the statuses that stand. ``phases`` names the phases whose works are done: their proposed
    features stand and their removed ones are gone, all else is as before the works. ``laid_by`` says the same of
    what was laid on or before a day. ``column`` names a text column of the layers in which a feature lists the
    scenarios it stands in, with ";" between them. :mod:`spongecalc.layers.standing` holds features to the rule.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,29}$")
    label: Annotated[Label, BeforeValidator(_both_languages)] | None = None
    statuses: tuple[Status, ...] | None = Field(None, min_length=1)
    phases: tuple[Phase, ...] | None = None
    laid_by: Annotated[date | None, BeforeValidator(_day)] = None
    column: Words | None = None

    @as_typed
    @classmethod
    def _default_rule(cls, given: Any) -> Any:
        """A scenario of a default name without a rule has the default's."""
        if isinstance(given, dict) and all(given.get(rule) is None for rule in RULES):
            usual = DEFAULT_STATUSES.get(str(given.get("name")))
            return given if usual is None else {**given, "statuses": usual}
        return given

    @once_read
    def _one_rule(self) -> Self:
        named = [rule for rule in RULES if getattr(self, rule) is not None]
        if len(named) != 1:
            raise RefusedValueError(
                "scenario_rule", " + ".join(named) or "-", ", ".join(RULES), (named[-1] if named else "name",)
            )
        # communities.csv has ponding_sites_NAME beside ponding_NAME_m3.
        if self.name in RESERVED or self.name.partition("_")[0] == "sites":
            raise RefusedValueError("scenario_reserved", self.name, key=("name",))
        # In a GeoPackage the case of a column's name does not count.
        taken = GEOPACKAGE.union(*(s.column_names for s in SCHEMAS.values()))
        if self.column is not None and self.column.lower() in taken:
            raise RefusedValueError("scenario_column", self.column, key=("column",))
        return self

    def called(self, language: str) -> str:
        """Its name in a report: its label; a default's word of the catalogue; else its name."""
        if self.label is not None:
            return str(getattr(self.label, language))
        key = f"report.scenario.{self.name}"
        return text(key, language) if self.name in DEFAULT_STATUSES and has_text(key, language) else self.name

    @property
    def is_before_works(self) -> bool:
        """True where it is the state before the works: what they remove stands, nothing that they build."""
        if self.statuses is not None:
            return "removed" in self.statuses and "proposed" not in self.statuses
        return self.phases == ()

    @property
    def reads(self) -> str:
        """The column of the layers that its rule reads besides the status; "" for none."""
        if self.column is not None:
            return self.column
        return PHASE if self.phases is not None else LAID if self.laid_by is not None else ""


DEFAULT_SCENARIOS = tuple(Scenario(name=name) for name in DEFAULT_STATUSES)
DEFAULT_PAIR = (BEFORE, AFTER)


def as_listed(given: Any) -> Any:
    """Scenarios as the list that they are; the old form ``[scenarios.before] status = [...]`` is read as one.

    Raises
    ------
    RefusedValueError
        The old form names another scenario than the defaults, or a status that there is not.
    """
    if not isinstance(given, dict):
        return given
    found = []
    for name in given:
        if name not in DEFAULT_STATUSES:
            raise RefusedValueError("scenario_old", name, ", ".join(DEFAULT_STATUSES), (name,))
    for name, usual in DEFAULT_STATUSES.items():
        own = given.get(name, {"status": usual})
        statuses = own.get("status") if isinstance(own, dict) and set(own) == {"status"} else None
        if not isinstance(statuses, list | tuple) or not statuses:
            raise RefusedValueError("scenario_status", own, ", ".join(STATUSES), (name,))
        for index, status in enumerate(statuses):
            if status not in STATUSES:
                raise RefusedValueError("scenario_status", status, ", ".join(STATUSES), (name, "status", index))
        found.append({"name": name, "statuses": statuses})
    return found


def told_apart(scenarios: tuple[Scenario, ...]) -> tuple[Scenario, ...]:
    """The scenarios, if there are two at least and no two have one name, or one label in a report."""
    if len(scenarios) < 2:
        raise RefusedValueError("scenario_few", len(scenarios))
    doubled = sorted(name for name, count in Counter(s.name for s in scenarios).items() if count > 1)
    if doubled:
        raise RefusedValueError("scenario_names", ", ".join(doubled))
    for language in LANGUAGES:
        label, count = Counter(s.called(language) for s in scenarios).most_common(1)[0]
        if count > 1:
            raise RefusedValueError("scenario_labels", label)
    return scenarios


def unknown_names(names: Sequence[str], scenarios: Sequence[Scenario]) -> list[str]:
    """Those names that no scenario has."""
    known = {s.name for s in scenarios}
    return [name for name in names if name not in known]

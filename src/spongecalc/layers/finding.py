"""A finding: one thing that is wrong or noteworthy in the data, at one feature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import pandas as pd

from spongecalc.language import has_text, text
from spongecalc.layers.feature import NOWHERE, Feature, feature_of
from spongecalc.layers.rules.registry import SEVERITIES, severity_of

FINDING_COLUMNS = [
    "severity",
    "rule",
    "community_id",
    "layer",
    "feature_id",
    "file",
    "message",
    "action",
    "x_m",
    "y_m",
]


@runtime_checkable
class Spoken(Protocol):
    """A parameter of a finding that has words of its own in each language."""

    def sentence(self, language: str) -> str:
        """Its words in a language."""


@dataclass(frozen=True)
class Finding:
    """One breach of a rule, at a feature.

    ``rule`` is an id of the registry, which alone says how severe it is, and the key of its sentences in the
    language catalogue ``findings``; ``found`` holds their parameters. Only a finding of severity ``error`` keeps
    its own community from being modelled.

    Raises
    ------
    KeyError
        The rule is not registered.
    """

    rule: str
    feature: Feature = NOWHERE
    found: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        severity_of(self.rule)

    @property
    def severity(self) -> str:
        """Severity of the rule, one of ``SEVERITIES``."""
        return severity_of(self.rule)

    def message(self, language: str) -> str:
        """Say what was found, as a sentence in ``language`` ("zh" or "en")."""
        return text(f"findings.{self.rule}.message", language, **self._told(language))

    def action(self, language: str) -> str:
        """Say what was done about it, or what the user is to do, as a sentence in ``language``."""
        return text(f"findings.{self.rule}.action", language, **self._told(language))

    def _told(self, language: str) -> dict[str, object]:
        """The parameters, those that have words in words; what is not there is a dash."""
        told = {
            name: value.sentence(language)
            if isinstance(value, Spoken)
            else "-"
            if _is_nothing(value)
            else _usual_scenario(str(value), language)
            if name == "scenario"
            else value
            for name, value in self.found.items()
        }
        if "reason" in told:
            told["reason"] = _without_stop(str(told["reason"]))
        return told


def _usual_scenario(name: str, language: str) -> str:
    """The words for before and after the works; another scenario goes by the name that the project gave it."""
    key = f"report.scenario.{name}"
    return text(key, language) if has_text(key, language) else name


def _without_stop(words: str) -> str:
    """The words of a library or a server as part of a sentence, which has a stop of its own."""
    plain = words.rstrip()
    return plain if plain.endswith("..") else plain.removesuffix(".").removesuffix("。")


def _is_nothing(value: object) -> bool:
    """True for what a sentence would say in a program's word."""
    return value is None or str(value) in ("None", "nan")


def finding_at(rule: str, layer: str, row: object, **found: object) -> Finding:
    """A Finding at ``row``, a row of ``layer`` as ``itertuples`` gives it; ``found`` fills its sentences."""
    return Finding(rule, feature_of(layer, row), found)


def findings_table(findings: Iterable[Finding], language: str) -> pd.DataFrame:
    """Findings as rows of findings.csv: errors first, then by community, layer, feature and rule."""
    rows = [
        {
            "severity": f.severity,
            "rule": f.rule,
            "community_id": f.feature.community_id,
            "layer": f.feature.layer,
            "feature_id": f.feature.feature_id,
            "file": f.feature.file,
            "message": f.message(language),
            "action": f.action(language),
            "x_m": f.feature.x_m,
            "y_m": f.feature.y_m,
        }
        for f in findings
    ]
    rows.sort(
        key=lambda r: (
            SEVERITIES.index(str(r["severity"])),
            r["community_id"],
            r["layer"],
            r["feature_id"],
            r["rule"],
            r["message"],
        )
    )
    return pd.DataFrame(rows, columns=FINDING_COLUMNS).drop_duplicates(ignore_index=True)


def communities_with_errors(findings: Iterable[Finding]) -> frozenset[str]:
    """Ids of the communities that an error keeps from being modelled."""
    return frozenset(f.feature.community_id for f in findings if f.severity == "error" and f.feature.community_id)

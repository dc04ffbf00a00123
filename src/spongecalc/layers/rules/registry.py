"""Every rule of the data checks, by id."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import pandas as pd

from spongecalc.language import text


@dataclass(frozen=True)
class Rule:
    """One rule.

    ``severities`` has one entry for most rules; the last word lies with the place where a fault is found (a
    layer that a project needs, or one that it may do without). ``stage`` is where it is checked: reading,
    features, network, surfaces or model. ``repair`` names what ``check --fix`` does about it, if anything.
    """

    id: str
    severities: tuple[str, ...]
    stage: str
    repair: str

    @property
    def severity(self) -> str:
        """The severity that the rule usually has."""
        return self.severities[0]

    def meaning(self, language: str) -> str:
        """What a breach means for the model."""
        return text(f"rules.{self.id}.meaning", language)


@cache
def rules() -> dict[str, Rule]:
    """All rules by id, in the order of the table."""
    file = resources.files("spongecalc.layers.rules") / "rules.csv"
    with file.open(encoding="utf-8") as stream:
        rows = pd.read_csv(stream, keep_default_na=False)
    return {
        r.id: Rule(str(r.id), tuple(str(r.severity).split("|")), str(r.stage), str(r.repair))
        for r in rows.itertuples()
    }


def severity_of(rule: str) -> str:
    """The severity of a rule; raises KeyError for one that is not registered."""
    return rules()[rule].severity

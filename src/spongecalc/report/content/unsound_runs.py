"""Runs that figures do not rest on, in words: which they are, and what of a community is missing for them."""

from __future__ import annotations

from collections.abc import Mapping

from spongecalc.assess.unsound_runs import WITH_TRACERS, listed
from spongecalc.report.content.wording import Wording


def runs_said(row: Mapping[str, object], words: Wording, *, scenario: str | None = None) -> str:
    """The runs that are not sound, each with the reason; those with tracers of a scenario where one is given."""
    return words.listed(
        [
            words(
                "unsound.run",
                scenario=words.scenario(name),
                event=_event(event, words),
                reason=_reason(why, words),
            )
            for (name, event), why in listed(row).items()
            if scenario is None or (name == scenario and event in WITH_TRACERS)
        ]
    )


def missing_said(row: Mapping[str, object], words: Wording) -> str:
    """Sentences on the runs with tracers that are not sound, and on the figures missing for them; "" for none."""
    short = [(name, event) for name, event in listed(row) if event in WITH_TRACERS]
    if not short:
        return ""
    said = [words("unsound.lead", runs=runs_said(row, words))]
    for event in WITH_TRACERS:
        scenarios = [words.scenario(name) for name, other in short if other == event]
        if scenarios:
            said.append(words(f"unsound.missing_{event}", scenarios=words.listed(scenarios)))
    return words.between.join([*said, words("unsound.others")])


def _event(event: str, words: Wording) -> str:
    return words(f"unsound.{event}") if event in WITH_TRACERS else words("unsound.storm", id=event)


def _reason(written: str, words: Wording) -> str:
    """A reason as communities.csv writes it ("routing -7.61 %, quality 8.00 %", "failed") in words."""
    parts = []
    for part in written.split(", "):
        name, _, percent = part.removesuffix(" %").partition(" ")
        parts.append(words(f"unsound.{name}", **({"percent": percent} if percent else {})))
    return words.listed(parts)

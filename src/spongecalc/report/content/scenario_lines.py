"""The scenarios as figures show them: their names in order, and what tells their lines apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from spongecalc.report.content.wording import Wording

FIRST, LAST, OTHER = 0, 1, 2


@dataclass(frozen=True)
class ScenarioLine:
    """A scenario in a figure: its name, its label, and its line.

    ``line`` is 0 for the first of the two compared, 1 for the last of them, and 2, 3, ... for the others.
    """

    name: str
    label: str
    line: int


def scenario_lines(words: Wording, shown: Iterable[str] | None = None) -> tuple[ScenarioLine, ...]:
    """The project's scenarios in their order, or those of ``shown`` among them."""
    ranks = {words.compared[0]: FIRST, words.compared[1]: LAST}
    for name in words.scenario_names:
        ranks.setdefault(name, OTHER + len(ranks) - 2)
    wanted = None if shown is None else set(shown)
    return tuple(
        ScenarioLine(name, words.scenario(name), ranks[name])
        for name in words.scenario_names
        if wanted is None or name in wanted
    )

"""Colour and dashes of each scenario's line: by its place among the scenarios, not by its name."""

from __future__ import annotations

from spongecalc.report.content.scenario_lines import OTHER

Look = tuple[str, str]
"""Colour and dash pattern of a line; "" for a line without gaps."""

# The first and the last of the two scenarios compared, then the others.
RUNOFF: tuple[Look, ...] = (("#8a6d3b", "6 3"), ("#005b96", ""))
LEVEL: tuple[Look, ...] = (("#b04a00", "5 3"), ("#005b96", ""))
OTHERS: tuple[Look, ...] = (
    ("#4f7f3f", "8 2"),
    ("#7a3a93", "2 2"),
    ("#b35900", "10 3 2 3"),
    ("#0b6e66", "4 2"),
    ("#6b6b6b", "1 3"),
)


def line_look(line: int, compared: tuple[Look, ...] = RUNOFF) -> Look:
    """Colour and dashes of a line of :class:`ScenarioLine`; those of more scenarios than there are come again."""
    return compared[line] if line < OTHER else OTHERS[(line - OTHER) % len(OTHERS)]

"""The tables of a result as one of its scenarios has them, so that two scenarios are laid side by side."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from spongecalc.assess.answers import TABLE as ANSWERS

BESIDE = ("separation", "ponding", "sponge")
"""Tables of which the rows of one scenario stand beside those of another, named by the same ids."""


def scenarios_in(tables: Mapping[str, pd.DataFrame]) -> tuple[str, ...]:
    """The scenarios of a result, in the project's order; none where it has no answers.csv."""
    answers = tables.get(ANSWERS)
    return () if answers is None or "scenario" not in answers else tuple(answers["scenario"].dropna().unique())


def of_scenario(tables: Mapping[str, pd.DataFrame], scenario: str) -> dict[str, pd.DataFrame]:
    """The answers of a scenario, a row for each community and storm, and the rows of its other tables.

    Columns of the answers are the figures with their units: "runoff_m3".
    """
    own = tables[ANSWERS][tables[ANSWERS]["scenario"] == scenario]
    named = own["figure"] + [f"_{unit}" if isinstance(unit, str) and unit else "" for unit in own["unit"]]
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for community, storm, figure, value in zip(
        own["community_id"], own["storm_id"].fillna(""), named, own["value"], strict=True
    ):
        start: dict[str, object] = {"community_id": community, "storm_id": storm}
        rows.setdefault((community, storm), start)[figure] = value
    columns = ["community_id", "storm_id", *named.unique()]
    found = {ANSWERS: pd.DataFrame(list(rows.values()), columns=columns, dtype=object)}
    for name in BESIDE:
        table = tables.get(name)
        if table is not None and "scenario" in table:
            found[name] = table[table["scenario"] == scenario].drop(columns="scenario").reset_index(drop=True)
    return found

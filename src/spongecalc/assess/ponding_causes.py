"""Causes of ponding: the one change that would end a site, from re-runs with it; and their form on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from spongecalc.assess.ponding import CHANGE
from spongecalc.batch.own_files import own_files
from spongecalc.gate import stored
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.network.ponding_remedies import CAUSES

CAUSE_COLUMNS = [
    "community_id",
    "model",
    "scenario",
    "storm_id",
    "level",
    "site_id",
    "cause",
    "changed",
    "volume_m3",
    "volume_changed_m3",
    "volume_elsewhere_m3",
    "ends",
    "chosen",
    "model_sha256",
]
NONE = "none"
KEY = ["community_id", "scenario", "storm_id", "level", "site_id"]
TABLE = "ponding_causes"


@dataclass(frozen=True)
class Tried:
    """A re-run with one thing changed: what is left at the site, and what came up elsewhere, in m3."""

    cause: str
    changed: tuple[str, ...]
    left_m3: float
    elsewhere_m3: float


def ends(volume_m3: float, tried: Tried, min_volume_m3: float) -> bool:
    """True if a change ends a site: less than a tenth of it is left, elsewhere included, or less than counts."""
    left = tried.left_m3 + max(tried.elsewhere_m3, 0.0)
    return left <= max(CHANGE * volume_m3, min_volume_m3 if volume_m3 > min_volume_m3 else 0.0)


def chosen(volume_m3: float, tries: Sequence[Tried], min_volume_m3: float) -> int:
    """Number of the change that is named as the cause; -1 where none helps by a tenth.

    Of those that end the site the one with the least work (:data:`CAUSES`, smaller pipes before larger); if
    none ends it, the one that leaves least. Water that comes up elsewhere instead counts as left.
    """
    order = {cause: n for n, cause in enumerate(CAUSES)}
    ending = [n for n, t in enumerate(tries) if ends(volume_m3, t, min_volume_m3)]
    if ending:
        return min(ending, key=lambda n: (order[tries[n].cause], n))
    left = [t.left_m3 + max(t.elsewhere_m3, 0.0) for t in tries]
    if not left or min(left) > (1 - CHANGE) * volume_m3:
        return -1
    return min(range(len(left)), key=lambda n: (left[n], order[tries[n].cause]))


def cause_rows(
    site: Mapping[str, object], model: str, tries: Sequence[Tried], min_volume_m3: float, sha256: str
) -> list[dict[str, object]]:
    """Rows of ponding_causes.csv of one site; where no change helps a row with the cause "none"."""
    volume = float(site["volume_m3"])  # type: ignore[arg-type]
    best = chosen(volume, tries, min_volume_m3)
    about = {"model": model, "volume_m3": volume, "model_sha256": sha256} | {k: site[k] for k in KEY}
    rows: list[dict[str, object]] = [
        {
            **about,
            "cause": t.cause,
            "changed": "; ".join(t.changed),
            "volume_changed_m3": t.left_m3,
            "volume_elsewhere_m3": t.elsewhere_m3,
            "ends": "yes" if ends(volume, t, min_volume_m3) else "no",
            "chosen": "yes" if n == best else "no",
        }
        for n, t in enumerate(tries)
    ]
    if best < 0:
        rows.append({**about, "cause": NONE, "changed": "", "ends": "no", "chosen": "yes"})
    return rows


def with_causes(sites: pd.DataFrame, causes: pd.DataFrame) -> pd.DataFrame:
    """Sites with the cause that was found for each; sites that were not searched keep an empty one."""
    if sites.empty or causes.empty:
        return sites
    named = causes[causes["chosen"] == "yes"]
    known = {tuple(row[:-1]): row[-1] for row in named[[*KEY, "cause"]].itertuples(index=False, name=None)}
    found = [known.get(tuple(row), "") for row in sites[KEY].itertuples(index=False, name=None)]
    return sites.assign(cause=found)


def stored_causes(
    folder: Path, now: Mapping[tuple[str, str, str, int], str]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Rows that an earlier call kept and that still belong to the layers, and the runs whose do not.

    ``now`` holds the digest of each run by model, scenario, storm and level.
    """
    empty = pd.DataFrame(columns=CAUSE_COLUMNS)
    path = folder / f"{TABLE}.csv"
    try:
        with Entrance(path, "stored"):
            kept = stored.table(path, dtype={"changed": str})
    except InputRefusedError:
        return empty, ()
    if list(kept.columns) != CAUSE_COLUMNS:
        return empty, ()
    if not own_files(folder).is_own(path):  # damaged, or changed by hand: figures that no run gave
        return empty, tuple(sorted({f"{k[0]}/{k[1]}/{k[2]}" for k in now}))
    kept["changed"] = kept["changed"].fillna("")
    keys = list(zip(kept["model"], kept["scenario"], kept["storm_id"], kept["level"].astype(int), strict=True))
    true = [now.get(k) == sha for k, sha in zip(keys, kept["model_sha256"], strict=True)]
    stale = sorted({f"{k[0]}/{k[1]}/{k[2]}" for k, ok in zip(keys, true, strict=True) if not ok})
    return kept[true].reset_index(drop=True), tuple(stale)

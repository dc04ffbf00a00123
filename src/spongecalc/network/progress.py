"""Progress: what is laid by which day, against what is designed."""

from __future__ import annotations

import pandas as pd

from spongecalc.layers.layer_set import LayerSet

PROGRESS_COLUMNS = [
    "community_id",
    "item",
    "system",
    "material",
    "laid_on",
    "designed_m",
    "laid_m",
    "laid_to_date_m",
    "designed_m2",
    "laid_m2",
    "laid_to_date_m2",
    "progress_percent",
]
KEYS = ["community_id", "item", "system", "material"]
DATED_LAYERS = {"pipes": "pipe_id", "utilities": "utility_id", "surfaces": "surface_id"}
ITEMS = ("pipe", "surface")


def progress(features: pd.DataFrame, layers: LayerSet) -> pd.DataFrame:
    """Laid against designed, by community, item and the day of survey; rows of progress.csv.

    Parameters
    ----------
    features
        The ledger as written. Its proposed pipes, other lines and surfaces are what is designed.
    layers
        Whose column ``laid`` holds the day each was surveyed as laid, in ISO form (2024-03-15, or 2024-03);
        what has none, or a text that is no date, is not laid yet.

    Returns
    -------
    A row for each day on which something of an item was laid, and one with an empty day for an item of which
    nothing is laid; no rows at all where no feature of the layers has a day.
    """
    days: dict[tuple[str, str], str] = {}
    for layer, key in DATED_LAYERS.items():
        frame = layers[layer]
        dates = pd.to_datetime(frame["laid"], errors="coerce", format="ISO8601")
        for identifier, typed, date in zip(frame[key], frame["laid"], dates, strict=True):
            if pd.notna(date) and identifier is not None:
                days[layer, str(identifier)] = str(typed).strip()
    own = features[
        (features["status"] == "proposed")
        & features["layer"].isin(list(DATED_LAYERS))
        & (features["length_m"].notna() | features["item"].isin(ITEMS))
    ]
    if not days or own.empty:
        return pd.DataFrame(columns=PROGRESS_COLUMNS)
    own = own.assign(
        laid_on=[days.get((layer, i), "") for layer, i in zip(own["layer"], own["feature_id"], strict=True)],
        material=own["material"].where(own["item"] == "surface", ""),
    )
    rows = []
    for keys, group in own.groupby(KEYS, sort=True):
        designed_m, designed_m2 = (group[c].sum(min_count=1) for c in ("length_m", "area_m2"))
        laid = group[group["laid_on"] != ""]
        done_m, done_m2 = 0.0, 0.0
        for day in sorted(set(laid["laid_on"])) or [""]:
            now = laid[laid["laid_on"] == day]
            now_m, now_m2 = float(now["length_m"].sum()), float(now["area_m2"].sum())
            done_m, done_m2 = done_m + now_m, done_m2 + now_m2
            line, area = pd.notna(designed_m), pd.notna(designed_m2)
            whole, done = (designed_m, done_m) if line else (designed_m2, done_m2)
            rows.append(
                {
                    **dict(zip(KEYS, keys, strict=True)),
                    "laid_on": day,
                    "designed_m": designed_m,
                    "laid_m": now_m if line else float("nan"),
                    "laid_to_date_m": done_m if line else float("nan"),
                    "designed_m2": designed_m2,
                    "laid_m2": now_m2 if area else float("nan"),
                    "laid_to_date_m2": done_m2 if area else float("nan"),
                    "progress_percent": 100 * done / whole if whole > 0 else float("nan"),
                }
            )
    return pd.DataFrame(rows, columns=PROGRESS_COLUMNS)

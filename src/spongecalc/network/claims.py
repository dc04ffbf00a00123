"""Claimed lengths against those of the layers, and the features that explain the difference."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterator
from typing import Any

import pandas as pd

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.layers.claim_sheet import Claim
from spongecalc.layers.layer_set import LayerSet
from spongecalc.network.ledger import largest_pipe_mm, manhole_size_mm

CLAIM_TABLE_COLUMNS = [
    "source",
    "row",
    "community_id",
    "item",
    "system",
    "feature_id",
    "kind",
    "claimed_m",
    "measured_m",
    "difference_m",
    "features",
]
# Kinds of a row of features: agrees, double, missing, not_in_layers, not_proposed, slope_length,
# manholes_deducted, rounded, differs, not_a_number, size_differs, material_differs, sum_wrong.
# Kinds of a row of totals: agrees, differs; then its explanations, each with the same claim:
# counted_twice, left_out, slope_length, manholes_deducted, border, existing_counted.
SURVEY_M = 0.001


def measured_features(rows: pd.DataFrame, layers: LayerSet) -> pd.DataFrame:
    """The pipes and lines of the layers by id, with lengths by each rule.

    Parameters
    ----------
    rows
        The ledger with exact amounts.
    layers
        For the manholes at a pipe's ends.

    Returns
    -------
    Columns feature_id, community_id (that with the longest piece), item, system, status, diameter_mm,
    material, plan_m, true_m, without_manholes_m (the manholes' inner halves taken off).
    """
    lines = rows[rows["length_m"].notna() & rows["layer"].isin(["pipes", "utilities"])]
    grouped = lines.sort_values("length_m", ascending=False).groupby(["layer", "feature_id"], sort=True)
    table = grouped[["community_id", "item", "system", "status", "diameter_mm", "material"]].first()
    table["plan_m"] = grouped["length_m"].sum()
    table["true_m"] = grouped["true_length_m"].sum(min_count=1)
    table = table.reset_index()
    pipes = layers["pipes"].dropna(subset=["pipe_id"]).drop_duplicates("pipe_id").set_index("pipe_id")
    manholes = layers["nodes"][layers["nodes"]["kind"] == "manhole"]["node_id"]
    size = manhole_size_mm(largest_pipe_mm(layers))
    size = size[size.index.isin(manholes)] / 1000
    halves = sum(pipes[end].map(size).astype(float).fillna(0.0) / 2 for end in ("from_node", "to_node"))
    table["without_manholes_m"] = table["plan_m"] - table["feature_id"].map(halves).astype(float).fillna(0.0)
    return table


def claims_table(
    claims: list[Claim], measured: pd.DataFrame, rows: pd.DataFrame, tolerance_m: float, catalogue: Catalogue
) -> pd.DataFrame:
    """Every claim compared; rows of claims.csv.

    Differences of an itemised claim's rows add up to claimed less measured. ``tolerance_m`` is how far a
    total may be off and still agree; a row may be off by half of the last digit that its file types.
    """
    parts: list[dict[str, object]] = []
    for claim in claims:
        compared = (
            _itemised(claim, measured, catalogue)
            if claim.itemised
            else _totals(claim, measured, rows, tolerance_m)
        )
        parts.extend({"source": claim.file, **row} for row in compared)
    return pd.DataFrame(parts, columns=CLAIM_TABLE_COLUMNS)


def community_claim(communities: pd.DataFrame) -> Claim:
    """The claimed lengths that the communities' layer itself states, as a claim of totals."""
    lines = [
        {
            "row": i + 1,
            "feature_id": "",
            "community_id": row.community_id,
            "item": "pipe",
            "system": system,
            "length_m": value,
        }
        for i, row in enumerate(communities.sort_values("community_id").itertuples())
        for system, value in (("storm", row.claimed_storm_m), ("sewage", row.claimed_sewage_m))
        if pd.notna(value)
    ]
    columns = ["row", "feature_id", "community_id", "item", "system", "length_m", "as_typed", "is_total"]
    table = pd.DataFrame(lines, columns=columns)
    return Claim(
        "communities", False, table.assign(as_typed=[f"{v:g}" for v in table["length_m"]], is_total=False)
    )


def _itemised(claim: Claim, measured: pd.DataFrame, catalogue: Catalogue) -> Iterator[dict[str, object]]:
    """A claim by features: each line judged, then what is in the layers and not claimed."""
    lines = claim.lines[~claim.lines["is_total"]]
    by_id = {_key(i): row for i, row in zip(measured["feature_id"], measured.itertuples(), strict=True)}
    new = measured[measured["status"] == "proposed"]
    half_unit = _half_unit(lines["as_typed"])
    claimed: set[str] = set()
    for line in lines.itertuples():
        key = _key(line.feature_id)
        row = by_id.get(key)
        found = {
            "row": line.row,
            "community_id": row.community_id if row is not None else line.community_id,
            "item": row.item if row is not None else line.item,
            "system": row.system if row is not None else line.system,
            "feature_id": row.feature_id if row is not None else line.feature_id,
            "claimed_m": line.length_m,
        }
        if pd.isna(line.length_m):
            known = {} if row is None else {"measured_m": row.plan_m, "difference_m": -row.plan_m}
            claimed |= set() if row is None else {key}
            yield {**found, **known, "kind": "not_a_number", "features": line.as_typed}
            continue
        if row is None:
            yield {
                **found,
                "kind": "not_in_layers",
                "measured_m": 0.0,
                "difference_m": line.length_m,
                "features": _likely(line, new),
            }
            continue
        if key in claimed:
            yield {
                **found,
                "kind": "double",
                "measured_m": 0.0,
                "difference_m": line.length_m,
                "features": row.feature_id,
            }
            continue
        claimed.add(key)
        if row.status != "proposed":
            yield {
                **found,
                "kind": "not_proposed",
                "measured_m": 0.0,
                "difference_m": line.length_m,
                "features": row.status,
            }
            continue
        yield {
            **found,
            "kind": _length_rule(line.length_m, row, half_unit),
            "measured_m": row.plan_m,
            "difference_m": line.length_m - row.plan_m,
            "features": "",
        }
        yield from _other_values(line, row, found, catalogue)
    systems = {s for s in lines["system"] if s}
    items = {row.item for k, row in by_id.items() if k in claimed} or {"pipe"}
    own = {_key(c) for c in lines["community_id"] if c}
    touched = {row.community_id for k, row in by_id.items() if k in claimed}
    for row in new.itertuples():
        within = (not own or _key(row.community_id) in own or row.community_id in touched) and row.item in items
        if _key(row.feature_id) not in claimed and within and (not systems or row.system in systems):
            yield {
                "row": pd.NA,
                "community_id": row.community_id,
                "item": row.item,
                "system": row.system,
                "feature_id": row.feature_id,
                "kind": "missing",
                "claimed_m": 0.0,
                "measured_m": row.plan_m,
                "difference_m": -row.plan_m,
                "features": "",
            }
    yield from _own_sums(claim)


def _own_sums(claim: Claim) -> Iterator[dict[str, object]]:
    """Rows of totals that are not the sum of the lines above them, nor of all."""
    running, every = 0.0, 0.0
    for line in claim.lines.itertuples():
        if not line.is_total:
            running += 0.0 if pd.isna(line.length_m) else line.length_m
            every += 0.0 if pd.isna(line.length_m) else line.length_m
            continue
        if pd.notna(line.length_m):
            off = min((line.length_m - s for s in (running, every)), key=abs)
            if abs(off) > 0.005:
                yield {
                    "row": line.row,
                    "item": line.item,
                    "kind": "sum_wrong",
                    "claimed_m": line.length_m,
                    "measured_m": line.length_m - off,
                    "features": "",
                }
        running = 0.0


def _length_rule(claimed_m: float, row: Any, half_unit: float) -> str:
    """The rule of measuring that gives a claimed length; "differs" where none does."""
    allowed = half_unit + SURVEY_M / 2 + 1e-9
    if abs(claimed_m - row.plan_m) <= allowed:
        return "agrees"
    rules = {
        "slope_length": row.true_m,
        "manholes_deducted": row.without_manholes_m,
    }
    for kind, length in rules.items():
        if pd.notna(length) and abs(claimed_m - length) <= allowed:
            return kind
    whole = claimed_m == round(claimed_m)
    return "rounded" if whole and abs(claimed_m - row.plan_m) <= 0.5 + SURVEY_M else "differs"


def _other_values(
    line: Any, row: Any, found: dict[str, object], catalogue: Catalogue
) -> Iterator[dict[str, object]]:
    """A size or a material that the claim states otherwise; without a length, which is judged already."""
    stated = {**found, "claimed_m": float("nan")}
    size = getattr(line, "diameter_mm", float("nan"))
    if pd.notna(size) and pd.notna(row.diameter_mm) and abs(size - row.diameter_mm) > 0.5:
        yield {**stated, "kind": "size_differs", "features": f"{size:g} / {row.diameter_mm:g}"}
    material = getattr(line, "material", "")
    family = catalogue.family(material)
    if family and family != catalogue.family(row.material):
        yield {**stated, "kind": "material_differs", "features": f"{material} / {row.material}"}


def _likely(line: Any, new: pd.DataFrame) -> str:
    """The feature that an unknown id may stand for: the id most like it, if its length fits."""
    near = difflib.get_close_matches(line.feature_id, new["feature_id"].tolist(), n=3, cutoff=0.7)
    lengths = new.set_index("feature_id")["plan_m"]
    fitting = [n for n in near if abs(float(lengths[n]) - line.length_m) <= 0.05]
    return fitting[0] if fitting else ""


def _key(identifier: object) -> str:
    return unicodedata.normalize("NFKC", str(identifier)).strip().casefold()


def _half_unit(typed: pd.Series) -> float:
    """Half of the last digit that a column of numbers is typed with."""
    digits = [len(str(t).partition(".")[2].rstrip("m米 ")) for t in typed if str(t)]
    return 0.5 * 10.0 ** -min(max(digits, default=0), 3)


def _totals(
    claim: Claim, measured: pd.DataFrame, rows: pd.DataFrame, tolerance_m: float
) -> Iterator[dict[str, object]]:
    """A claim of totals: each against the ledger's, and what may explain a difference."""
    lines = rows[rows["length_m"].notna() & rows["layer"].isin(["pipes", "utilities"])]
    for line in claim.lines.itertuples():
        if line.is_total:
            continue
        about = {
            "row": line.row,
            "community_id": line.community_id,
            "item": line.item,
            "system": line.system,
            "feature_id": "",
            "claimed_m": line.length_m,
        }
        if pd.isna(line.length_m):
            yield {**about, "kind": "not_a_number", "features": line.as_typed}
            continue
        own = _of(lines, line)
        total = float(own.loc[own["status"] == "proposed", "length_m"].sum())
        difference = line.length_m - total
        agrees = abs(difference) <= tolerance_m + 0.005
        yield {
            **about,
            "kind": "agrees" if agrees else "differs",
            "measured_m": total,
            "difference_m": difference,
            "features": "",
        }
        if not agrees:
            features = _of(measured, line)
            allowed = max(_half_unit(pd.Series([line.as_typed])), 0.05) + 0.005
            for kind, explains, ids in _explanations(difference, features, own, line, allowed):
                yield {
                    **about,
                    "kind": kind,
                    "measured_m": total,
                    "difference_m": explains,
                    "features": ";".join(ids),
                }


def _of(table: pd.DataFrame, line: Any) -> pd.DataFrame:
    """The rows that a line of totals speaks of; an item such as "gas" means every item that begins with it."""
    item, system, community = line.item, line.system, line.community_id
    chosen = (table["item"] == item) | table["item"].str.startswith(f"{item}_")
    if system:
        chosen &= table["system"] == system
    if community:
        chosen &= table["community_id"] == community
    return table[chosen]


def _explanations(
    difference: float, features: pd.DataFrame, own: pd.DataFrame, line: Any, allowed: float
) -> Iterator[tuple[str, float, list[str]]]:
    """Parts of a difference, each with the meters it explains and the features it names."""
    new = features[features["status"] == "proposed"]
    for kind, sign in (("counted_twice", 1.0), ("left_out", -1.0)):
        fitting = new[(sign * new["plan_m"] - difference).abs() <= allowed]
        if len(fitting):
            yield kind, sign * float(fitting["plan_m"].iloc[0]), fitting["feature_id"].tolist()
    for kind, column in (("slope_length", "true_m"), ("manholes_deducted", "without_manholes_m")):
        change = float((new[column] - new["plan_m"]).sum())
        if abs(change) > allowed and abs(change - difference) <= allowed:
            yield kind, change, new.loc[(new[column] - new["plan_m"]).abs() > SURVEY_M, "feature_id"].tolist()
    old = features[features["status"] != "proposed"]
    if len(old) and abs(float(old["plan_m"].sum()) - difference) <= allowed:
        yield "existing_counted", float(old["plan_m"].sum()), old["feature_id"].tolist()
    if line.community_id:
        whole = float(new["plan_m"].sum())
        pieces = float(own.loc[own["status"] == "proposed", "length_m"].sum())
        if abs(whole - pieces) > allowed and abs(whole - pieces - difference) <= allowed:
            crossing = set(own["feature_id"]) ^ set(new["feature_id"])
            part = own.groupby("feature_id")["length_m"].sum()
            crossing |= {
                r.feature_id for r in new.itertuples() if abs(part.get(r.feature_id, 0.0) - r.plan_m) > SURVEY_M
            }
            yield "border", whole - pieces, sorted(crossing)

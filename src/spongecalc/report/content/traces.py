"""The origin of figures in words, for the page's clicks and for ``spongecalc explain``."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from spongecalc.assess.review import Review
from spongecalc.assess.trace import LISTED, Sources, Trace, numeric_columns, trace_figure
from spongecalc.report.content.number_format import cell_text
from spongecalc.report.content.wording import Wording

FEATURE_COLUMNS = ("status", "system", "kind")


def features_of(review: Review) -> dict[str, pd.DataFrame]:
    """Every feature of the review by layer, with what a trace asks of it."""
    parts: dict[str, list[pd.DataFrame]] = {}
    for page in review.pages:
        parts.setdefault("communities", []).append(
            pd.DataFrame({"feature_id": [page.community_id], "community_id": [page.community_id]})
        )
        for scenario, layers in page.layers.items():
            for name, layer in layers.items():
                own = feature_frame(name, pd.DataFrame(layer), scenario)
                if own is not None:
                    parts.setdefault(name, []).append(own.assign(community_id=page.community_id))
    return {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}


def feature_frame(name: str, layer: pd.DataFrame, scenario: str | None) -> pd.DataFrame | None:
    """A layer's features as a trace asks for them; None where the layer has no id."""
    id_column = f"{'utility' if name == 'utilities' else name.removesuffix('s')}_id"
    if name == "facilities":
        id_column = "facility_id"
    if id_column not in layer.columns or layer.empty:
        return None
    kept = {c: layer[c] for c in (*FEATURE_COLUMNS, "community_id", "scenario") if c in layer.columns}
    frame = pd.DataFrame({"feature_id": layer[id_column], **kept})
    return frame.assign(scenario=scenario) if scenario is not None else frame


def page_traces(review: Review, words: Wording) -> dict[str, object]:
    """Trace of every figure of communities.csv as lines of words, by community and column."""
    table = review.tables.get("communities", pd.DataFrame())
    if "community_id" not in table.columns:
        return {}
    sources = Sources(review.tables, features_of(review))
    columns = numeric_columns(table)
    return {
        f"{community}:{column}": trace_lines(trace_figure(sources, str(community), column), words)
        for community in table["community_id"]
        for column in columns
    }


def trace_lines(trace: Trace, words: Wording, most: int = LISTED) -> list[tuple[str, str]]:
    """A trace as (label, words), for people; lists longer than ``most`` are counted."""

    def word(key: str, **params: object) -> str:
        return words(f"trace.{key}", **params)

    column = trace.address.rsplit(":", 1)[1]
    value = cell_text(column, trace.value) or word("unknown")
    lines = [
        (word("value"), value),
        (word("address"), trace.address),
        (word("how"), word(f"formula.{trace.formula}")),
    ]
    source = word(f"source.{trace.formula}")
    lines.append((word("source_label"), source))
    if not math.isnan(trace.recomputed):
        recomputed = cell_text(column, trace.recomputed)
        same = recomputed == cell_text(column, trace.value)
        lines.append((word("recomputed"), word("agrees" if same else "differs", value=recomputed)))
    if trace.operands:
        shown = [f"{o.address} = {_written(o.address, o.value, words)}" for o in trace.operands]
        lines.append((word("operands"), _listed(shown, most, words)))
    if trace.runs:
        lines.append((word("runs"), _listed([f"{r} (sha256 {d[:12]})" for r, d in trace.runs], most, words)))
    for model, role, ids in trace.elements:
        lines.append((word("elements", model=model, role=role), _listed(ids, most, words)))
    for layer, ids in trace.features:
        lines.append((word("features", layer=word(f"layer.{layer}")), _listed(ids, most, words)))
    for severity, rule, ids in trace.flags:
        label = word("flag", severity=word(f"severity.{severity}"), rule=rule)
        lines.append((label, _listed(ids, most, words)))
    return lines


def _written(address: str, value: float, words: Wording) -> str:
    return cell_text(address.rsplit(":", 1)[1], value) or words("trace.unknown")


def _listed(parts: list[str] | tuple[str, ...], most: int, words: Wording) -> str:
    shown = "; ".join(parts[:most])
    return words("trace.and_more", shown=shown, count=len(parts)) if len(parts) > most else shown


def trace_document(trace: Trace) -> Mapping[str, object]:
    """A trace for programs, whole."""
    return {
        "address": trace.address,
        "value": None if math.isnan(trace.value) else trace.value,
        "formula": trace.formula,
        "recomputed": None if math.isnan(trace.recomputed) else trace.recomputed,
        "operands": [
            {"address": o.address, "value": None if math.isnan(o.value) else o.value} for o in trace.operands
        ],
        "runs": [{"run_id": r, "model_sha256": d} for r, d in trace.runs],
        "elements": [{"model": m, "role": r, "ids": list(i)} for m, r, i in trace.elements],
        "features": [{"layer": layer, "ids": list(ids)} for layer, ids in trace.features],
        "flags": [{"severity": s, "rule": r, "ids": list(i)} for s, r, i in trace.flags],
    }

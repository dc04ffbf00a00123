"""Trace of a figure of communities.csv or answers.csv to formula, rows, runs, elements, features and flags."""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter

import pandas as pd

from spongecalc.assess.answers import FIGURES
from spongecalc.assess.answers import TABLE as ANSWERS
from spongecalc.assess.communities import TOTAL, counted, is_by_area, is_other_end, is_summed
from spongecalc.assess.compared_columns import compared_in, template_of
from spongecalc.assess.trace_recipes import Recipe, recipe_of
from spongecalc.decimals import decimals
from spongecalc.language.unknown_name import known_name, nearest_name

# Columns of communities.csv that hold words, not figures; "{s}" is a scenario.
WORDS = frozenset(
    (
        "community_id",
        "name",
        "phase",
        "district",
        "separated_{s}",
        "separation_grade_{s}",
        "storm_id",
        "capture_method",
        "ponding_level",
        "ponding_verdict",
        "ponding_2d_verdict",
        "ponding_levels",
        "ponding_reasons",
        "ground_peak_rises",
        "outfall_peak_rises",
        "outfalls_over",
        "outfalls_to_confirm",
        "waterlogging_storm_id",
        "design_failing",
        "verdict_warned",
        "runs_not_sound",
        "status",
        "verdict",
        "verdict_reasons",
        "verdict_unsettled",
    )
)
COMMUNITIES = "communities"
# What a click shows of a long list; the whole is in the tables.
LISTED = 12


class UnknownFigureError(LookupError):
    """There is no such figure; ``rule`` and ``values`` make its sentence (catalogue ``trace``)."""

    def __init__(self, rule: str, **values: object) -> None:
        super().__init__(rule)
        self.rule, self.values = rule, values


Row = Mapping[str, object]


@dataclass(frozen=True)
class Sources:
    """Tables and features that a trace is followed through.

    ``tables`` are those of results/*.csv by stem; ``features`` maps a layer to its features with columns
    feature_id, community_id, scenario, status, system, kind (missing ones are empty).
    """

    tables: Mapping[str, pd.DataFrame]
    features: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    _sorted: dict[str, dict[str, list[Row]]] = field(default_factory=dict, repr=False)
    _roles: dict[str, dict[tuple[str, str], list[tuple[int, Row]]]] = field(default_factory=dict, repr=False)

    def table(self, name: str) -> pd.DataFrame:
        """A table; an empty frame where the result does not hold it."""
        return self.tables[name] if name in self.tables else pd.DataFrame()

    @property
    def compared(self) -> tuple[str, ...]:
        """The scenarios that communities.csv sets side by side."""
        return compared_in([str(c) for c in self.table("communities").columns])

    def rows(self, name: str, community: str) -> list[Row]:
        """The rows of a table that concern a community, in their order."""
        if name not in self.tables:
            return []
        return self._by_community(f"table {name}", self.tables[name]).get(community, [])

    def features_of(self, layer: str, community: str) -> list[Row]:
        """A community's features of a layer."""
        if layer not in self.features:
            return []
        return self._by_community(f"layer {layer}", self.features[layer]).get(community, [])

    def elements_of(self, community: str, roles: Collection[str], scenario: str) -> list[Row]:
        """A community's elements of some roles, in one scenario or ("") in all, in the table's order."""
        if community not in self._roles:
            own: dict[tuple[str, str], list[tuple[int, Row]]] = {}
            for at, row in enumerate(self.rows("elements", community)):
                own.setdefault((_text(row.get("role")), _text(row.get("scenario"))), []).append((at, row))
            self._roles[community] = own
        chosen = [
            rows
            for (role, of), rows in self._roles[community].items()
            if role in roles and (not scenario or of == scenario)
        ]
        return [row for _, row in heapq.merge(*chosen, key=itemgetter(0))]

    def _by_community(self, key: str, frame: pd.DataFrame) -> dict[str, list[Row]]:
        # Hundreds of figures ask the same tables: each is taken apart once.
        if key not in self._sorted:
            found: dict[str, list[Row]] = {}
            names = [str(c) for c in frame.columns]
            columns = [frame.iloc[:, at].tolist() for at in range(len(names))]
            for values in zip(*columns, strict=True):
                row = dict(zip(names, values, strict=True))
                # A run's communities are several where they drain through one another.
                own = row["communities"] if "communities" in row else row.get("community_id", "")
                for community in str(own).split(";"):
                    found.setdefault(community, []).append(row)
            self._sorted[key] = found
        return self._sorted[key]


@dataclass(frozen=True)
class Operand:
    """A figure that the traced one is made of, by its address, with its value (NaN where not known)."""

    address: str
    value: float


@dataclass(frozen=True)
class Trace:
    """The origin of one figure.

    ``formula`` is the key of its sentence in the catalogue ``trace``; ``recomputed`` what the operands give,
    NaN where they do not give it (the figure is SWMM's own or an input). ``runs`` are (run id, digest of the
    model); ``elements`` (model/scenario, role, ids in the model); ``features`` (layer, ids); ``flags`` the
    findings of those features as (severity, rule, feature ids).
    """

    address: str
    value: float
    formula: str
    recomputed: float = math.nan
    operands: tuple[Operand, ...] = ()
    runs: tuple[tuple[str, str], ...] = ()
    elements: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    features: tuple[tuple[str, tuple[str, ...]], ...] = ()
    flags: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    described: bool = True


def numeric_columns(communities: pd.DataFrame) -> list[str]:
    """Columns of communities.csv that hold figures."""
    columns = [str(c) for c in communities.columns]
    return [c for c in columns if not holds_words(c) and _is_numeric(communities[c])]


def holds_words(column: str) -> bool:
    """True where a column of communities.csv holds words, not figures."""
    return template_of(column)[0] in WORDS


def _is_numeric(values: pd.Series) -> bool:
    known = values.dropna()
    return bool(pd.to_numeric(known, errors="coerce").notna().all())


def trace_figure(sources: Sources, community: str, column: str, table: str = COMMUNITIES) -> Trace:
    """Follow one figure of communities.csv, or of answers.csv, back to what it rests on.

    Parameters
    ----------
    sources
        The tables of a result, and its features.
    community
        A community's id, or TOTAL.
    column
        A column of communities.csv that holds figures; in answers.csv what the column of a figure would be called
        there, of any scenario.
    table
        "communities" or "answers".

    Raises
    ------
    UnknownNameError
        There is no such row.
    UnknownFigureError
        There is no such table or column, or the column holds words.
    """
    frame = sources.table(table)
    if "community_id" not in frame.columns:
        raise UnknownFigureError("no_table", table=table)
    known_name("community", community, dict.fromkeys(str(c) for c in frame["community_id"]))
    if holds_words(column):
        raise UnknownFigureError("no_figure", column=column, columns=", ".join(_figures(sources, table)))
    recipe = recipe_of(column, sources.compared)
    address = f"{table}.csv:{community}:{column}"
    answered = _answered(sources, community, column)
    if table == ANSWERS and answered is not None:
        return _of_community(sources, address, answered, community, recipe)
    if table == ANSWERS or column not in frame.columns:
        if answered is not None:
            raise UnknownFigureError("in_answers", row=community, column=column, compared=sources.compared)
        columns = _figures(sources, table)
        near = nearest_name(column, columns)
        raise UnknownFigureError("no_column", table=table, column=column, columns=", ".join(columns), near=near)
    value = _number(sources.rows(table, community)[-1][column])
    if community == TOTAL:
        return _total(sources, address, value, column, recipe)
    return _of_community(sources, address, value, community, recipe)


def _figures(sources: Sources, table: str) -> list[str]:
    """The columns of a table that hold figures; for answers.csv what they would be called in communities.csv."""
    frame = sources.table(table)
    if table != ANSWERS:
        return numeric_columns(frame)
    templates = [f.column for f in FIGURES.values() if f.column and f.column not in WORDS]
    return [t.format(s=name) for name in frame["scenario"].unique() for t in templates]


def _answered(sources: Sources, community: str, column: str) -> float | None:
    """A figure of answers.csv by what its column is called in communities.csv; None where there is no such."""
    template, scenario = template_of(column)
    figure = next((f for f in FIGURES.values() if f.column == template), None)
    if figure is None:
        return None
    wanted = {"scenario": scenario, "figure": figure.name, "storm_id": figure.storm_id(_headline(sources))}
    own = [r for r in sources.rows("answers", community) if all(_text(r.get(k)) == v for k, v in wanted.items())]
    return _number(own[0].get("value")) if own else None


def _total(sources: Sources, address: str, value: float, column: str, recipe: Recipe | None) -> Trace:
    """A figure of the row TOTAL: a sum, the largest, or made of TOTAL's own figures."""
    table = sources.table("communities")
    own = table[table["community_id"] != TOTAL]
    if recipe is not None and recipe.ratio:
        return _ratio(sources, address, value, TOTAL, recipe)
    if is_summed(column):
        own = own[counted(own, column)]
    operands = tuple(
        Operand(f"communities.csv:{c}:{column}", _number(v))
        for c, v in zip(own["community_id"], own[column], strict=True)
    )
    known = [o.value for o in operands if not math.isnan(o.value)]
    if is_other_end(column):
        return Trace(address, value, "total_reference", operands=operands)
    if is_summed(column):
        # TOTAL is the sum of the figures as they are written.
        known = [round(v, decimals(column) or 0) for v in known]
        return Trace(address, value, "total_sum", sum(known) if known else math.nan, operands)
    if recipe is not None and recipe.largest:
        return Trace(address, value, "total_largest", max(map(abs, known)) if known else math.nan, operands)
    if math.isnan(value):
        return Trace(address, value, "total_none", operands=operands)
    if is_by_area(column):
        both = own[["area_m2", column]].astype(float).dropna()
        mean = float((both["area_m2"] * both[column]).sum() / both["area_m2"].sum())
        return Trace(address, value, "total_by_area", mean, operands)
    return Trace(address, value, "total_other", operands=operands, described=False)


def _ratio(sources: Sources, address: str, value: float, community: str, recipe: Recipe) -> Trace:
    before, after = recipe.ratio
    row = sources.rows("communities", community)[-1]
    pair = (_number(row.get(before)), _number(row.get(after)))
    recomputed = 100 * (pair[0] - pair[1]) / pair[0] if pair[0] > 0 and not math.isnan(value) else math.nan
    operands = tuple(
        Operand(f"communities.csv:{community}:{c}", v) for c, v in zip((before, after), pair, strict=True)
    )
    formula = "total_peaks" if community == TOTAL and math.isnan(value) else "reduction"
    return Trace(address, value, formula, recomputed, operands)


def _of_community(sources: Sources, address: str, value: float, community: str, recipe: Recipe | None) -> Trace:
    if recipe is None:
        runs = _runs(sources, community, "", "all")
        return Trace(address, value, "undescribed", runs=runs, described=False)
    if recipe.ratio:
        ratio = _ratio(sources, address, value, community, recipe)
        # A fall rests on the runs of both figures.
        parts = (recipe_of(c, sources.compared) for c in recipe.ratio)
        below = [_of_community(sources, "", math.nan, community, part) for part in parts]
        features = _merged([f for t in below for f in t.features])
        return replace(
            ratio,
            runs=tuple(dict.fromkeys(r for t in below for r in t.runs)),
            elements=tuple(dict.fromkeys(e for t in below for e in t.elements)),
            features=features,
            flags=_flags(sources, community, features),
        )
    operands, recomputed = _operands(sources, community, value, recipe)
    features = _features(sources, community, recipe)
    return Trace(
        address,
        value,
        recipe.formula,
        recomputed,
        operands,
        _runs(sources, community, recipe.scenario, recipe.event),
        _elements(sources, community, recipe),
        features,
        _flags(sources, community, features) if recipe.table != "findings" else (),
    )


def _operands(
    sources: Sources, community: str, value: float, recipe: Recipe
) -> tuple[tuple[Operand, ...], float]:
    """Rows of another table that make the figure, and what they make."""
    if not recipe.table or recipe.table not in sources.tables:
        return (), math.nan
    wanted = dict(recipe.where)
    if recipe.scenario:
        wanted["scenario"] = recipe.scenario
    if recipe.event == "storm":
        wanted["storm_id"] = _headline(sources)
    rows = sources.rows(recipe.table, community)
    own = [r for r in rows if all(_text(r[k]) == v for k, v in wanted.items() if k in r)]
    operands = []
    for index, row in enumerate(own):
        key = ":".join(_text(row[k]) for k in recipe.keys if _text(row.get(k))) or str(index + 1)
        for measured in recipe.columns:
            operands.append(Operand(f"{recipe.table}.csv:{key}:{measured}", _number(row.get(measured))))
        if not recipe.columns:
            operands.append(Operand(f"{recipe.table}.csv:{key}", 1.0))
    values = [o.value for o in operands if not math.isnan(o.value)]
    if not recipe.reduce or math.isnan(value):
        # A figure that is not known was not computed: no rows do not make it nought.
        return tuple(operands), math.nan
    if recipe.reduce == "largest":
        return tuple(operands), max(map(abs, values)) if values else math.nan
    if recipe.reduce in ("first", "last"):
        at = 0 if recipe.reduce == "first" else -1
        return tuple(operands), values[at] if values else math.nan
    return tuple(operands), float(sum(values))


def _headline(sources: Sources) -> str:
    table = sources.table("communities")
    if "storm_id" not in table.columns or table.empty:
        return ""
    return str(table["storm_id"].iloc[0])


def _runs(sources: Sources, community: str, scenario: str, event: str) -> tuple[tuple[str, str], ...]:
    if not event:
        return ()
    wanted = {"storm": _headline(sources), "dry": "dry"}.get(event)
    return tuple(
        (_text(r.get("run_id")), _text(r.get("model_sha256")))
        for r in sources.rows("runs", community)
        if (not scenario or r.get("scenario") == scenario) and (wanted is None or r.get("storm_id") == wanted)
    )


def _of_roles(sources: Sources, community: str, recipe: Recipe) -> list[Row]:
    return sources.elements_of(community, recipe.roles, recipe.scenario)


def _elements(sources: Sources, community: str, recipe: Recipe) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    found: dict[tuple[str, str], list[str]] = {}
    for row in _of_roles(sources, community, recipe):
        place = (f"{row.get('model')}/{row.get('scenario')}", _text(row.get("role")))
        found.setdefault(place, []).append(_text(row.get("model_id")))
    return tuple((model, role, tuple(ids)) for (model, role), ids in sorted(found.items()))


def _features(sources: Sources, community: str, recipe: Recipe) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: list[tuple[str, tuple[str, ...]]] = []
    for layer, where in recipe.layers:
        own = [
            _text(r.get("feature_id"))
            for r in sources.features_of(layer, community)
            if (not recipe.scenario or r.get("scenario") in (recipe.scenario, None))
            and all(r.get(name) == wanted for name, wanted in where.items())
        ]
        if own:
            found.append((layer, tuple(own)))
    for row in _of_roles(sources, community, recipe):
        found.append((_text(row.get("layer")), (_text(row.get("feature_id")),)))
    return _merged(found)


def _merged(found: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    by_layer: dict[str, dict[str, None]] = {}
    for layer, ids in found:
        by_layer.setdefault(layer, {}).update(dict.fromkeys(ids))
    return tuple((layer, tuple(ids)) for layer, ids in by_layer.items())


def _flags(
    sources: Sources, community: str, features: Sequence[tuple[str, tuple[str, ...]]]
) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Findings about the features that the figure rests on."""
    named = {(layer, i) for layer, ids in features for i in ids}
    found: dict[tuple[str, str], dict[str, None]] = {}
    for row in sources.rows("findings", community):
        feature = _text(row.get("feature_id"))
        if (_text(row.get("layer")), feature) in named:
            found.setdefault((_text(row.get("severity")), _text(row.get("rule"))), {})[feature] = None
    order = {"error": 0, "warning": 1, "info": 2}
    groups = [(severity, rule, tuple(ids)) for (severity, rule), ids in found.items()]
    return tuple(sorted(groups, key=lambda g: (order.get(g[0], 9), g[1])))


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value)  # noqa: PLR0124  NaN differs from itself


def _number(value: object) -> float:
    try:
        return math.nan if value is None or value == "" or pd.isna(value) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan

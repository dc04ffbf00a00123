"""Rounds of mixed defects: planted, checked, built, and judged against the undisturbed project.

Silent is a defect that changed a model or the bill of its community, or removed it, and that no finding names at
its feature. Where several defects meet in a community, one that no finding names is planted once more alone:
another may have hidden it, or have changed the model.
"""

from __future__ import annotations

import re
import traceback
from collections import Counter
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from spongecalc.intake.ledger import LEFT_OUT, NOT_ASKED, READ, SPLIT, TAKEN
from spongecalc.language import LANGUAGES
from spongecalc.layers.finding import Finding, findings_table
from spongecalc.network.bill_rules import bill_rules
from spongecalc.network.cross_connections import cross_connections
from spongecalc.network.ledger import ledger
from spongecalc.network.quantities import as_written, quantities_of
from spongecalc.project.load import Project, load_project
from spongecalc.steps import pipeline
from spongecalc.steps.built import Built
from spongecalc.steps.intake import intake_of
from tests.defects import geometry_kinds, id_kinds, layer_kinds, relation_kinds, value_kinds
from tests.defects.planting import Kind, NotHereError, Planting
from tests.defects.two_deliveries import DELIVERIES, Folder, Frames, file_name
from tests.model_figures import Figures, figures_of

KINDS: dict[str, Kind] = {}
for _kind in (
    *geometry_kinds.KINDS,
    *id_kinds.KINDS,
    *value_kinds.KINDS,
    *relation_kinds.KINDS,
    *layer_kinds.KINDS,
):
    assert _kind.name not in KINDS, _kind.name
    KINDS[_kind.name] = _kind
COMMUNITIES = tuple(c for own in DELIVERIES.values() for c in own)
# Words of a program that no sentence may hold.
PROGRAM_WORDS = re.compile(r"\b(None|nan|NaN|NaT|<NA>)\b")
# Sections that nothing is computed from.
UNMEASURED = ("[TITLE]", "[TAGS]", "[POLYGONS]", "[COORDINATES]", "[VERTICES]", "[MAP]", "[SYMBOLS]")
FindingKey = tuple[str, str, str, str]


@dataclass(frozen=True)
class Defect:
    """A kind at one feature of one delivery; the seed is of what the kind chooses by chance."""

    kind: Kind
    delivery: str
    feature: str
    seed: int

    def __str__(self) -> str:
        return f"{self.kind.name} at {self.feature or self.delivery}"


@dataclass(frozen=True)
class Answer:
    """What the package made of a project's files: models and bill by community, findings, what is wrong."""

    models: dict[str, tuple[tuple[str, str, str], ...]]
    bill: dict[str, pd.DataFrame]
    findings: frozenset[FindingKey]
    words: tuple[str, ...]
    open_intake: tuple[str, ...]
    built: Built

    @cached_property
    def figures(self) -> dict[tuple[str, str], Figures]:
        """What is computed, by model and scenario."""
        event = self.built.events[0]
        return {(m.name, m.scenario): figures_of(m, event, UNMEASURED) for m in self.built.models}

    @cached_property
    def told(self) -> frozenset[FindingKey]:
        """Findings, and the cross-connections, which are an answer of the package with a table of their own."""
        crossed = (c for system in self.built.checked.systems for c in cross_connections(system))
        return self.findings | {("separation", c.layer, c.feature_id, "") for c in crossed}

    def touched(self, other: Answer, community: str) -> bool:
        """True where a byte of the community's models is another, or its bill: by more than it is rounded."""
        return self.models.get(community) != other.models.get(community) or self._billed(other, community)

    def changed(self, other: Answer, community: str) -> bool:
        """True where anything that is computed or billed is another: flags and names are notes of a model."""
        mine, theirs = (
            {k: v for k, v in a.figures.items() if community in k[0].split("+")} for a in (self, other)
        )
        same = mine.keys() == theirs.keys() and all(_same(mine[k], theirs[k]) for k in mine)
        return not same or self._billed(other, community)

    def _billed(self, other: Answer, community: str) -> bool:
        own, theirs = (a.bill.get(community) for a in (self, other))
        if own is None or theirs is None:
            return (own is None) != (theirs is None)
        if len(own) != len(theirs):
            return True
        for column in own.columns:
            a, b = own[column].to_numpy(), theirs[column].to_numpy()
            if own[column].dtype.kind == "f" and theirs[column].dtype.kind == "f":
                # Amounts are rounded so that they sum to the total: the last hundredth falls here or there.
                if not np.allclose(a, b, rtol=0, atol=0.0101, equal_nan=True):
                    return True
            elif any(x != y for x, y in zip(a.astype(str), b.astype(str), strict=True)):
                return True
        return False


@dataclass
class Tally:
    """What came of the rounds, by kind."""

    rounds: int = 0
    planted: Counter[str] = field(default_factory=Counter)
    tracebacks: list[str] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    open_intake: list[str] = field(default_factory=list)
    named_by: dict[str, Counter[str]] = field(default_factory=dict)

    def failures(self) -> list[str]:
        """All that must not be."""
        return [*self.tracebacks, *self.touched, *self.silent, *self.words, *self.open_intake]


class Rounds:
    """Rounds over one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = Folder(folder)
        self.project: Project = load_project(folder)
        self.tally = Tally()
        self.sums: dict[tuple[str, str], tuple[int, float, float]] = {}
        self.known: frozenset[FindingKey] = frozenset()
        self.plain = self._answer()
        self.known = self.plain.findings
        assert set(self.plain.models) == set(COMMUNITIES), sorted(self.plain.models)
        assert not self.plain.open_intake, self.plain.open_intake

    def run(self, defects: Sequence[Defect]) -> None:
        """Plant the defects of a round, answer it, and take down what came of it."""
        self.tally.rounds += 1
        planted = self._plant(defects)
        self.tally.planted.update(d.kind.name for d, _ in planted)
        told = " + ".join(str(d) for d, _ in planted)
        answer = self._safe_answer(told)
        if answer is None:
            return
        self.tally.words.extend(f"{told}: {w}" for w in answer.words)
        self.tally.open_intake.extend(f"{told}: {w}" for w in answer.open_intake)
        touched = {c for _, p in planted for c in p.communities}
        self.tally.touched.extend(
            f"{told}: {c}" for c in COMMUNITIES if c not in touched and answer.touched(self.plain, c)
        )
        for defect, planting in planted:
            if defect.kind.no_defect or self._named(defect, planting, answer):
                continue
            if not self._changed(planting, answer):
                continue
            if len(planted) > 1 and not self._silent_alone(defect):
                continue
            told_as = f"{defect} (in {told})" if len(planted) > 1 else str(defect)
            self.tally.silent.append(told_as)

    def run_apart(self, defects: Sequence[Defect]) -> None:
        """Plant defects of which no two are in communities that drain together: none can hide another."""
        self.tally.rounds += 1
        planted = self._plant(defects)
        self.tally.planted.update(d.kind.name for d, _ in planted)
        answer = self._safe_answer(" + ".join(str(d) for d, _ in planted))
        if answer is None:
            if len(defects) > 1:
                middle = len(defects) // 2
                self.run_apart(defects[:middle])
                self.run_apart(defects[middle:])
            return
        self.tally.words.extend(answer.words)
        self.tally.open_intake.extend(answer.open_intake)
        touched = {c for _, p in planted for c in p.communities}
        self.tally.touched.extend(c for c in COMMUNITIES if c not in touched and answer.touched(self.plain, c))
        for defect, planting in planted:
            named = defect.kind.no_defect or self._named(defect, planting, answer)
            if not named and self._changed(planting, answer):
                self.tally.silent.append(str(defect))

    def _silent_alone(self, defect: Defect) -> bool:
        ((_, planting),) = self._plant([defect])
        answer = self._safe_answer(str(defect))
        return (
            answer is not None and not self._named(defect, planting, answer) and self._changed(planting, answer)
        )

    def _changed(self, planting: Planting, answer: Answer) -> bool:
        return any(answer.changed(self.plain, c) for c in planting.communities)

    def _named(self, defect: Defect, planting: Planting, answer: Answer) -> bool:
        def naming(told: frozenset[FindingKey]) -> set[str]:
            return {
                rule
                for rule, layer, feature, found in told
                if (layer, feature) in planting.names
                or rule in planting.anywhere
                or (defect.kind.whole and layer == planting.layer)
                or any(f"'{name}'" in found for _, name in planting.names)
            }

        rules = naming(answer.findings - self.plain.findings) or naming(answer.told - self.plain.told)
        self.tally.named_by.setdefault(defect.kind.name, Counter()).update(rules)
        return bool(rules)

    def _plant(self, defects: Iterable[Defect]) -> list[tuple[Defect, Planting]]:
        """Write the layers with the defects in them; those that another left no place for are left out."""
        frames: Frames = {name: dict(own) for name, own in self.folder.sound.items()}
        planted, changed = [], set()
        for defect in sorted(defects, key=lambda d: d.kind.whole):
            own = frames[defect.delivery]
            before = copy(own)
            try:
                planting = Planting(own, defect.kind.layer, defect.feature, np.random.default_rng(defect.seed))
                defect.kind.change(planting)
            except NotHereError:
                frames[defect.delivery] = before
                continue
            if defect.kind.whole:
                planting.communities = set(DELIVERIES[defect.delivery])
            changed |= {(defect.delivery, layer) for layer in planting.files}
            planted.append((defect, planting))
        self.folder.hold(frames, changed)
        return planted

    def _safe_answer(self, told: str) -> Answer | None:
        try:
            return self._answer()
        except Exception:
            lines = traceback.format_exc().splitlines()
            at = [line.strip() for line in lines if "spongecalc" in line and "File" in line][-1:]
            self.tally.tracebacks.append(f"{told}: {lines[-1]} {' '.join(at)}")
            return None

    def _answer(self) -> Answer:
        checked = pipeline.check(self.project)
        built = pipeline.build(checked)
        models: dict[str, list[tuple[str, str, str]]] = {}
        for model in built.models:
            for community in model.name.split("+"):
                models.setdefault(community, []).append((model.name, model.scenario, model.text(built.events[0])))
        rules = bill_rules(self.project.settings.quantities)
        bill = quantities_of(as_written(ledger(checked.layers, rules)))
        bills = {str(c): own for c, own in bill.groupby("community_id")}
        return Answer(
            {c: tuple(sorted(own)) for c, own in models.items()},
            bills,
            frozenset(map(_key, built.findings)),
            tuple(self._program_words(built.findings)),
            tuple(self._open_intake(built)),
            built,
        )

    def _program_words(self, findings: Sequence[Finding]) -> Iterable[str]:
        """Sentences that hold a word of the program's language, of findings that the sound layers do not have."""
        new = [f for f in findings if _key(f) not in self.known]
        for language in LANGUAGES:
            for row in findings_table(new, language).itertuples():
                if PROGRAM_WORDS.search(f"{row.message} {row.action}"):
                    yield f"{row.rule}: {row.message} {row.action}"

    def _open_intake(self, built: Built) -> list[str]:
        """What of the ledger does not close, by itself and against sums of the files made by geopandas alone."""
        ledger = intake_of(built)
        wrong = [f"intake of {file}: {missing}" for _, file, missing in ledger.open]
        table = ledger.table
        for delivery, layers in self.folder.sound.items():
            for layer in layers:
                own = table[table["file"] == file_name(delivery, layer)]
                count, length_m, area_m2 = self._sums(delivery, layer)
                read, rest = own[own["fate"] == READ], own[own["fate"].isin([TAKEN, LEFT_OUT, NOT_ASKED])]
                mended = own[own["fate"] == "mended"]
                # Surfaces that are cut at borders are pieces: their area is that of the whole.
                pieces = own.loc[own["fate"] == SPLIT, "count"].sum() if layer == "surfaces" else 0
                if (read["count"].sum(), rest["count"].sum()) != (count, count + pieces):
                    wrong.append(f"{layer}: {count} features, {read['count'].sum()} read, {rest['count'].sum()}")
                near_m, near_m2 = 0.01 + 0.001 * count, 0.01 + 0.1 * count
                refused = own["rule"].str.startswith(("crs.", "field.")).any()
                for column, wanted, near in (("length_m", length_m, near_m), ("area_m2", area_m2, near_m2)):
                    if refused:
                        continue
                    told = rest[column].sum() - mended[column].sum()
                    if abs(read[column].sum() - wanted) > near or abs(told - wanted) > near:
                        wrong.append(f"{layer}: {wanted} {column}, {read[column].sum()} read, {told} told")
        return wrong

    def _sums(self, delivery: str, layer: str) -> tuple[int, float, float]:
        """Features, metres and square metres of a file, read and summed without the package."""
        key = (delivery, layer)
        if key in self.sums and key not in self.folder.disturbed:
            return self.sums[key]
        frame = gpd.read_file(self.folder.path / file_name(delivery, layer))
        count = len(frame)
        if frame.crs is not None and count:
            frame = frame.to_crs("EPSG:4543")
        kinds = frame.geom_type
        length_m = frame[kinds.isin(["LineString", "MultiLineString"])].length
        area_m2 = frame[kinds.isin(["Polygon", "MultiPolygon"])].area
        sums = (count, float(length_m[np.isfinite(length_m)].sum()), float(area_m2[np.isfinite(area_m2)].sum()))
        if key not in self.folder.disturbed:
            self.sums[key] = sums
        return sums


def _same(mine: Figures, theirs: Figures) -> bool:
    """True where two models compute the same, but for what three millimetres make of an area."""
    return mine.keys() == theirs.keys() and all(
        mine[k].shape == theirs[k].shape and np.allclose(mine[k], theirs[k], rtol=3e-3, atol=2e-5) for k in mine
    )


def _key(finding: Finding) -> FindingKey:
    at = finding.feature
    return finding.rule, at.layer, at.feature_id, repr(sorted(finding.found.items(), key=str))


def draws(folder: Folder, count: int, seed: int, names: Sequence[str] | None = None) -> Iterable[list[Defect]]:
    """``count`` rounds of one to five defects; every kind has its turn before one has a second.

    Half of the defects are values of columns, of which there are the most kinds.
    """
    random = np.random.default_rng(seed)
    values = {k.name for k in value_kinds.KINDS}
    wanted = [
        [n for n in (names or KINDS) if n in values],
        [n for n in (names or KINDS) if n not in values],
    ]
    decks = [_deck(random, own) for own in wanted if own]
    for _ in range(count):
        chosen: list[Defect] = []
        for _ in range(int(random.integers(1, 6))):
            second = random.random() < 0.65
            defect = _drawn(folder, KINDS[next(decks[-1 if second else 0])], random)
            if defect is not None and all(defect.feature != d.feature or not d.feature for d in chosen):
                chosen.append(defect)
        yield chosen


def _deck(random: np.random.Generator, names: Sequence[str]) -> Iterable[str]:  # type: ignore[misc]
    while True:
        for position in random.permutation(len(names)):
            yield names[position]


def _drawn(folder: Folder, kind: Kind, random: np.random.Generator) -> Defect | None:
    """A defect of the kind at one of the features that it fits."""
    for delivery in random.permutation(list(DELIVERIES)):
        own = folder.sound[str(delivery)]
        if kind.layer not in own:
            continue
        if kind.whole:
            return Defect(kind, str(delivery), "", int(random.integers(2**31)))
        frame = own[kind.layer]
        fitting = np.flatnonzero(np.asarray(kind.fits(frame, own), dtype=bool))
        if len(fitting):
            feature = frame.iloc[int(random.choice(fitting))][_id_column(kind.layer)]
            return Defect(kind, str(delivery), str(feature), int(random.integers(2**31)))
    return None


def _id_column(layer: str) -> str:
    from spongecalc.contract import SCHEMAS

    return SCHEMAS[layer].id_column


def each_alone(folder: Folder, names: Sequence[str], seed: int) -> Iterable[list[Defect]]:
    """Each kind in a round of its own."""
    random = np.random.default_rng(seed)
    for name in names:
        defect = _drawn(folder, KINDS[name], random)
        if defect is not None:
            yield [defect]

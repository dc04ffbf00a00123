"""The ledger of intake: read = taken + left out, for every source and layer, each left out with its finding."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from spongecalc.contract import SCHEMAS
from spongecalc.layers.finding import Finding
from spongecalc.layers.geometry_rules import WITHOUT_SHAPE
from spongecalc.layers.source_read import Amount, SourceRead

READ, TAKEN, LEFT_OUT, NOT_ASKED = "read", "taken", "left_out", "not_asked"
SPLIT, JOINED, MADE, MOVED, MENDED = "split", "joined", "made", "moved", "mended"
FATES = (READ, SPLIT, JOINED, MADE, MOVED, MENDED, TAKEN, LEFT_OUT, NOT_ASKED)
type AmountKey = tuple[str, str, str]
"""Fate, rule and community of an amount."""
ADDED = (READ, SPLIT, JOINED, MADE, MOVED, MENDED)
"""What there is: read, and what a repair added to it or took from it. The other fates say where it went."""
AMOUNTS = ["count", "length_m", "area_m2"]
INTAKE_COLUMNS = ["layer", "file", "fate", "rule", "community_id", *AMOUNTS]
# Why a feature is in no model, where several findings are at it: the first of these, else an error.
NO_PLACE = (
    "geometry.empty",
    *WITHOUT_SHAPE,
    "geometry.multipart",
    "geometry.wrong_type",
    "geometry.no_length",
    "geometry.no_area",
)
NOT_JOINED = ("community.none", "border.cut_upstream", "node.alone", "node.joined", "pipe.double")
BEYOND = ("surface.no_community", "surface.off_community")
"""Rules of the ground of a surface that lies in no community, or not in the one that it names."""
NOWHERE, UNDRAINED = "scenario.nowhere", "community.not_drained"
# What a sum of floats may be off by: a metre or square metre is told to two decimals.
CLOSE_M, CLOSE_M2 = 0.005, 0.005


@dataclass(frozen=True)
class IntakeLedger:
    """The table of intake, and what of it does not close: layer, source and amount that nothing tells of."""

    table: pd.DataFrame
    open: tuple[tuple[str, str, Amount], ...]

    @property
    def closes(self) -> bool:
        """True where all that was read is taken, left out with a finding, or was not asked for."""
        return not self.open

    def total(self, *fates: str) -> Amount:
        """The amount of some fates together, over all sources."""
        own = self.table[self.table["fate"].isin(fates)]
        return Amount(int(own["count"].sum()), float(own["length_m"].sum()), float(own["area_m2"].sum()))

    def reasons(self) -> dict[str, int]:
        """Number of features left out by the rule that says why."""
        own = self.table[self.table["fate"] == LEFT_OUT]
        counts = own.groupby("rule")["count"].sum()
        return {
            str(rule): int(count) for rule, count in counts.sort_values(ascending=False, kind="stable").items()
        }


def intake_ledger(
    read: Sequence[SourceRead],
    rows: Mapping[str, pd.DataFrame],
    taken: Mapping[str, pd.DataFrame],
    findings: Iterable[Finding],
    excluded: Collection[str],
    asked: Collection[str],
    *,
    every_scenario: bool = True,
    cut: Mapping[tuple[str, str], Mapping[AmountKey, Amount]] | None = None,
    added: Mapping[tuple[str, str], Mapping[AmountKey, Amount]] | None = None,
) -> IntakeLedger:
    """Make the ledger of a project's intake.

    Parameters
    ----------
    read
        The sources, counted where they were read.
    rows
        Features as they were delivered (:func:`spongecalc.intake.delivered.delivered`), those that were cut in
        their pieces (:func:`spongecalc.intake.pieces.in_pieces`).
    taken
        Features that the models take (:func:`spongecalc.intake.taken.taken`).
    findings
        All findings of the check and of the models.
    excluded
        Communities that an error keeps from being modelled.
    asked
        Communities that the command works on.
    every_scenario
        False where only some of the scenarios were asked for.
    cut
        What cutting at borders added to each source of each layer.
    added
        Of repaired layers, what each source of each layer gained by it (:mod:`spongecalc.intake.additions`);
        ``rows`` and ``taken`` are then those of the repaired layers.
    """
    why = _Reasons(findings, excluded, asked, every_scenario=every_scenario)
    lines: list[tuple[object, ...]] = []
    left_open = []
    key = "file_row" if added is None else "feature_id"
    columns = [key, "piece"]
    beside = [SourceRead(layer, file, Amount()) for layer, file in added or {}]
    # Ground is no layer of features; the table of its quality tells of it.
    read = [s for s in read if s.layer in rows]
    known = {(s.layer, s.file) for s in read}
    for source in (*read, *(s for s in beside if (s.layer, s.file) not in known)):
        own = rows[source.layer]
        own = own[own["file"] == source.file]
        used = taken[source.layer]
        used = used[used["file"] == source.file]
        unread = sum(source.unread.values())
        held = replace(source.held, count=source.held.count + unread)
        amounts: dict[AmountKey, Amount] = {(READ, "", ""): held}
        amounts |= {(LEFT_OUT, rule, ""): Amount(count) for rule, count in sorted(source.unread.items())}
        if source.refused:
            amounts[LEFT_OUT, source.refused, ""] = source.held
        if source.filtered.count:
            amounts[LEFT_OUT, "filter.left_out", ""] = source.filtered
        if len(used):
            amounts[TAKEN, "", ""] = _sum(used)
        modelled = _named(own[columns]).isin(_named(used[columns])).to_numpy()
        lost, changed = own[~modelled], own[modelled]
        amounts |= why.of(source.layer, lost)
        gained = [_mended(changed, used) if added is None else added.get((source.layer, source.file), {})]
        gained.append((cut or {}).get((source.layer, source.file), {}))
        for amounts_of in gained:
            for fate, amount in amounts_of.items():
                amounts[fate] = amounts.get(fate, Amount()) + amount
        lines.extend(
            (source.layer, source.file, *fate, a.count, a.length_m, a.area_m2) for fate, a in amounts.items()
        )
        missing = _missing(amounts, source.rounding_m)
        if missing is not None:
            left_open.append((source.layer, source.file, missing))
    table = pd.DataFrame(lines, columns=INTAKE_COLUMNS)
    order = {name: n for n, name in enumerate((*SCHEMAS, *FATES))}
    keys = ["layer", "fate"]
    table = table.sort_values(
        ["layer", "file", "fate", "rule", "community_id"],
        key=lambda c: c.map(order) if c.name in keys else c,
        kind="stable",
        ignore_index=True,
    )
    return IntakeLedger(table, tuple(left_open))


def _named(rows: pd.DataFrame) -> pd.Series:
    """Each feature or piece by one text."""
    return rows.iloc[:, 0].astype(str) + "\n" + rows.iloc[:, 1].astype(str)


def _sum(rows: pd.DataFrame) -> Amount:
    return Amount(len(rows), float(rows["length_m"].sum()), float(rows["area_m2"].sum()))


def _mended(rows: pd.DataFrame, used: pd.DataFrame) -> dict[AmountKey, Amount]:
    """Area that the mending of outlines which cross themselves added to what their rings had summed to."""
    before = rows.groupby("file_row")["area_m2"].sum()
    after = used.groupby("file_row")["area_m2"].sum().reindex(before.index)
    off = (after - before).to_numpy(float)
    mended = np.abs(off) > CLOSE_M2
    if not mended.any():
        return {}
    return {(MENDED, "geometry.mended", ""): Amount(0, 0.0, float(off[mended].sum()))}


def _missing(amounts: Mapping[AmountKey, Amount], rounding_m: float) -> Amount | None:
    """The amount that does not close; None where all does."""
    sign = {key: 1 if key[0] in ADDED else -1 for key in amounts}
    count = sum(sign[k] * a.count for k, a in amounts.items())
    length = sum(sign[k] * a.length_m for k, a in amounts.items())
    area = sum(sign[k] * a.area_m2 for k, a in amounts.items())
    # Coordinates on the millimetre move an edge of 100 m by as much in area as 0.1 m2.
    close = count == 0 and abs(length) <= CLOSE_M + rounding_m and abs(area) <= CLOSE_M2 + 100 * rounding_m
    return None if close else Amount(count, length, area)


class _Reasons:
    """Findings by what they are at, so that each feature left out is told with the one that says why."""

    def __init__(
        self,
        findings: Iterable[Finding],
        excluded: Collection[str],
        asked: Collection[str],
        *,
        every_scenario: bool,
    ) -> None:
        self.excluded, self.asked, self.every_scenario = set(excluded), set(asked), every_scenario
        self.at: dict[tuple[str, str, str], set[str]] = {}
        self.of_community: dict[str, str] = {}
        self.errors: set[str] = set()
        self.nowhere: set[str] = set()
        self.undrained: set[str] = set()
        for finding in findings:
            place = finding.feature
            if finding.severity == "error":
                self.errors.add(finding.rule)
                if place.community_id:
                    known = self.of_community.get(place.community_id, finding.rule)
                    self.of_community[place.community_id] = min(known, finding.rule)
            if place.feature_id:
                self.at.setdefault((place.layer, place.file, place.feature_id), set()).add(finding.rule)
            if finding.rule == UNDRAINED:
                self.undrained.add(place.community_id)
            if finding.rule == NOWHERE:
                self.nowhere.add(place.layer)

    def of(self, layer: str, lost: pd.DataFrame) -> dict[AmountKey, Amount]:
        """Amounts left out by fate, rule and community; what nothing tells of is in none of them."""
        if lost.empty:
            return {}
        keys = [
            self._reason(
                layer,
                row.file,
                row.feature_id if isinstance(row.feature_id, str) else f"#{row.file_row}",
                row.community_id,
            )
            for row in lost.itertuples()
        ]
        found = {}
        for key in sorted({k for k in keys if k is not None}):
            found[key] = _sum(lost[np.array([k == key for k in keys], dtype=bool)])
        return found

    def _reason(self, layer: str, file: str, name: str, community: object) -> AmountKey | None:
        own = community if isinstance(community, str) else ""
        at = self.at.get((layer, file, name), set())
        rule = next((r for r in (*NO_PLACE, *NOT_JOINED) if r in at), None)
        if rule is not None:
            return LEFT_OUT, rule, own
        if own in self.excluded:
            return LEFT_OUT, min((r for r in at if r in self.errors), default=self.of_community[own]), own
        if layer == "communities" and not own and "id.missing" in at:
            return LEFT_OUT, "id.missing", own
        beyond = next((r for r in BEYOND if r in at), None)
        if beyond is not None and not own:
            return LEFT_OUT, beyond, own
        if own and own not in self.asked:
            return NOT_ASKED, "", own
        if not self.every_scenario:
            return NOT_ASKED, "", own
        if layer in self.nowhere:
            return LEFT_OUT, NOWHERE, own
        if own in self.undrained:
            return LEFT_OUT, UNDRAINED, own
        return None

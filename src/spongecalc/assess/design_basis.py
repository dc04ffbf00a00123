"""The design basis: which clauses of which documents a run has applied, to what, and how each is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import pandas as pd

from spongecalc.assess.criteria_figures import waterlogging_storm
from spongecalc.assess.inputs import Inputs
from spongecalc.assess.review import StormSummary
from spongecalc.design.check import LIMIT_NOT_READ, NOT_CHECKABLE
from spongecalc.standards.documents import CLAUSES, MANDATORY_CODE, Clause, cited, clauses, documents
from spongecalc.standards.provenance import (
    HOW_KNOWN,
    PRACTICE,
    READ,
    RECALLED,
    confirmed_table,
    decides,
    groups,
)
from spongecalc.standards.tables import names, table

TABLE = "design_basis"
BASIS_COLUMNS = [
    "document",
    "clause",
    "document_status",
    "mandatory",
    "applied_as",
    "applied_to",
    "count",
    "decides",
    "how_known",
    "cited_as",
]

CRITERION, CHECK, METHOD, VALUE, FORCE = "criterion", "check", "method", "value", "force"
"""What a clause is applied as: a criterion of the verdict, a design check, a method, a value of a table, or the
force of a check's limit."""


TOLD_ALONE = ("misconnection_grade", "guide_capture")
"""Methods whose figures are told and no verdict rests on."""


@dataclass(frozen=True)
class Applied:
    """A source of a standards' table that was applied, how it is known, and how many times or features.

    ``decides`` is True where a verdict, or a figure that one rests on, takes it.
    """

    source: str
    how_known: str
    applied_as: str
    applied_to: str
    count: int
    decides: bool


def design_basis(
    inputs: Inputs,
    tables: Mapping[str, pd.DataFrame],
    storms: Sequence[StormSummary],
    asked: Sequence[str],
) -> pd.DataFrame:
    """Rows of design_basis.csv: a row per clause, what it is applied to, and how it is known.

    Values of practice, which no document need print, have no document. Checks that nothing was found for are not
    among the rows; those that a limit nobody read keeps from being decided are, and decide nothing.

    Parameters
    ----------
    inputs
        What was assessed.
    tables
        The tables of results by name.
    storms
        The design storms as the report states them.
    asked
        The criteria that the communities are judged on.
    """
    found = [
        *_checks(tables["design_checks"]),
        *_formulas(storms),
        *_values(inputs, tables, asked),
    ]
    ran = {a.applied_to for a in found if a.applied_as == CHECK and a.decides}
    found += _clauses(inputs, tables, asked, ran)
    rows = [row for one in found for row in _rows(one)]
    told = {(r["document"], r["clause"], r["applied_to"]) for r in rows}
    # What makes a limit one that must be kept is a clause of its own where it is not the limit's.
    rows += [
        row
        for one in _forces(tables["design_checks"], ran)
        for row in _rows(one)
        if (row["document"], row["clause"], row["applied_to"]) not in told
    ]
    order = {name: place for place, name in enumerate(documents())}
    rows.sort(
        key=lambda r: (order.get(str(r["document"]), len(order)), _place(r["clause"]), str(r["applied_to"]))
    )
    return pd.DataFrame(rows, columns=BASIS_COLUMNS)


def values_not_read(basis: pd.DataFrame) -> int:
    """Count of the values in a design basis that decide, though recalled and not confirmed by the project."""
    unread = (basis["how_known"] == RECALLED) & (basis["decides"] == "yes")
    return int(basis.loc[unread, ["applied_as", "applied_to", "cited_as"]].drop_duplicates().shape[0])


def _forces(checks: pd.DataFrame, ran: set[str]) -> list[Applied]:
    """The clauses by whose verb the limits of the checks that were decided must or should be kept."""
    frame = table("check_force")
    own = frame[frame["check"].isin(ran) & (frame["how_known"] != PRACTICE)]
    return [
        Applied(source, how, FORCE, check, int((checks["check"] == check).sum()), decides(how))
        for check, source, how in zip(own["check"], own["source"], own["how_known"], strict=True)
    ]


@cache
def _read_clauses() -> dict[tuple[str, str], str]:
    """Clauses that some row of the standards' tables was read in, with how it is known; the surest counts."""
    found: dict[tuple[str, str], str] = {}
    for name in names():
        frame = table(name)
        for source, how, _ in groups(frame):
            for written, known in frame[[source, how]].itertuples(index=False, name=None):
                for place in cited(str(written)) if known in READ else ():
                    found[place] = min(found.get(place, known), known, key=HOW_KNOWN.index)
    return found


def _known_as(one: Applied, document: str, clause: str) -> str:
    """The grade of a clause: a value recalled of one of several documents leaves the others as they are."""
    if one.how_known != RECALLED or len(cited(one.source)) < 2:
        return one.how_known
    return _read_clauses().get((document, clause.removeprefix("commentary ")), one.how_known)


def _rows(one: Applied) -> list[dict[str, object]]:
    # A value of practice may name the document that prints none: it rests on no clause of it.
    places = (one.how_known != PRACTICE and cited(one.source)) or (("", ""),)
    known = documents()
    mandatory = {(c.document, c.clause) for c in clauses() if c.mandatory == "yes"}
    return [
        {
            "document": document,
            "clause": clause,
            "document_status": known[document].status if document else "",
            "mandatory": ""
            if not document
            else "yes"
            if known[document].kind == MANDATORY_CODE or (document, clause) in mandatory
            else "no",
            "applied_as": one.applied_as,
            "applied_to": one.applied_to,
            "count": one.count,
            "decides": "yes" if one.decides else "no",
            "how_known": _known_as(one, document, clause),
            "cited_as": one.source,
        }
        for document, clause in places
    ]


def _place(clause: object) -> tuple[bool, tuple[int, ...]]:
    """The place of a clause: 4.1.10 after 4.1.9, and appendices behind the chapters."""
    written = str(clause)
    digits = "".join(c if c.isdigit() else " " for c in written)
    behind = written.startswith(("appendix", "附录")) or written[:1].isupper()
    return behind, tuple(int(n) for n in digits.split())


def _checks(checks: pd.DataFrame) -> list[Applied]:
    """Design checks by their clause: those decided, and those that a limit nobody has read leaves open."""
    unread = checks["reason"] == LIMIT_NOT_READ
    own = checks[(checks["verdict"] != NOT_CHECKABLE) | unread]
    own = own[own["clause"].astype(str) != ""]
    parts = own.assign(_decided=own["verdict"] != NOT_CHECKABLE).groupby(
        ["check", "clause", "how_known", "_decided"], sort=True
    )
    return [
        Applied(str(clause), str(how), CHECK, str(check), len(part), bool(decided))
        for (check, clause, how, decided), part in parts
    ]


def _formulas(storms: Sequence[StormSummary]) -> list[Applied]:
    counts = Counter((s.formula_source, s.formula_how_known) for s in storms)
    return [Applied(source, how, VALUE, "storm_formulas", n, True) for (source, how), n in counts.items()]


def _of(frame: pd.DataFrame, name: str, prefix: str = "", *, decide: bool) -> list[Applied]:
    """The rows of a table of standards that were taken, by source."""
    counts = Counter(zip(frame[f"{prefix}source"], frame[f"{prefix}how_known"], strict=True))
    return [
        Applied(str(source), str(how), VALUE, name, n, decide and (how == PRACTICE or decides(str(how))))
        for (source, how), n in counts.items()
    ]


def _values(inputs: Inputs, tables: Mapping[str, pd.DataFrame], asked: Sequence[str]) -> Iterable[Applied]:
    """Values of the standards' tables by what the project has: covers, materials, facilities, trenches."""
    settings, layers = inputs.settings, inputs.layers
    known, confirmed = settings.catalogue, settings.standards.confirmations
    covers = Counter(str(c) for c in layers["surfaces"]["cover"] if c in known.covers)
    of_covers = ((known.covers[c], n) for c, n in covers.items())
    yield from _summed("covers", ((c.runoff_source, c.runoff_how_known, n) for c, n in of_covers))
    written = layers["pipes"]["material"].astype(object)
    materials = Counter(written.where(written.notna(), ""))
    of_pipes = ((known.material_or_assumed(m), n) for m, n in materials.items())
    yield from _summed("materials", ((m.source, m.how_known, n) for m, n in of_pipes))
    kinds = set(layers["facilities"]["kind"].dropna())

    def taken(
        name: str, column: str = "", rows: Iterable[object] | None = None, *, decide: bool
    ) -> list[Applied]:
        frame = confirmed_table(name, confirmed)
        return _of(frame if rows is None else frame[frame[column].isin(list(rows))], name, decide=decide)

    yield from taken("facility_layers", "kind", kinds, decide=True)
    if waterlogging_storm(inputs.storms, settings) is not None:
        yield from taken("ponding_limits", decide=True)
    if (layers["pipes"]["system"] == "sewage").any():
        yield from taken("sewage_peak_factor", decide=True)
    if len(tables["separation_grades"]):
        yield from taken("misconnection_grades", "scope", ["area"], decide=False)
    performance = inputs.performance
    if performance is not None:
        curve = performance.curve
        yield Applied(curve.source, curve.how_known, VALUE, "design_rainfall_vcr", 1, decides="capture" in asked)
        yield from taken("assessment_method", decide=False)
        if kinds:
            yield from taken("control_volumes", "facility", kinds, decide="capture" in asked)
        yield from taken("solids_removal", "facility", {*kinds, *covers}, decide=False)
    items = set(tables["quantities"]["item"])
    if "trench_excavation" in items:
        yield from taken("trench_slopes", decide=False)
        yield from taken("trench_working_width", decide=False)
    if "manhole" in items:
        yield from taken("manhole_sizes", decide=False)


def _summed(name: str, used: Iterable[tuple[str, str, int]]) -> list[Applied]:
    counts: Counter[tuple[str, str]] = Counter()
    for source, how, n in used:
        counts[source, how] += n
    return [Applied(source, how, VALUE, name, n, True) for (source, how), n in counts.items()]


def _clauses(
    inputs: Inputs, tables: Mapping[str, pd.DataFrame], asked: Sequence[str], ran: set[str]
) -> list[Applied]:
    """The clauses of the criteria asked, of the checks that were decided, and of the methods used."""
    performance = inputs.performance is not None
    methods = {
        "rational_method": len(tables["pipe_hydraulics"]),
        "manning": len(tables["pipe_hydraulics"]),
        "sewage_peak": int((inputs.layers["pipes"]["system"] == "sewage").sum()),
        "guide_capture": len(inputs.community_ids) if performance else 0,
        "assessed_capture": len(inputs.community_ids) if performance else 0,
        "misconnection_grade": len(tables["separation_grades"]),
    }
    counts = {
        CRITERION: dict.fromkeys(asked, len(inputs.community_ids)),
        CHECK: {c: int((tables["design_checks"]["check"] == c).sum()) for c in ran},
        METHOD: {name: n for name, n in methods.items() if n},
    }
    told = confirmed_table(CLAUSES, inputs.settings.standards.confirmations)
    return [
        _clause(clause, str(source), str(how), counts[clause.of][clause.name])
        for clause, source, how in zip(clauses(), told["source"], told["how_known"], strict=True)
        if clause.name in counts[clause.of]
    ]


def _clause(clause: Clause, source: str, how_known: str, count: int) -> Applied:
    # What a criterion rests on decides, however it is known: that nobody read it is to be seen.
    deciding = clause.of != METHOD or clause.name not in TOLD_ALONE
    return Applied(source, how_known, clause.of, clause.name, count, deciding)

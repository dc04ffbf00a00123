"""Standards and other documents that the tables' sources cite: title, force, and the clauses cited."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from spongecalc.standards.provenance import COPIES
from spongecalc.standards.tables import rows

DOCUMENTS, CLAUSES = "documents", "clauses"
"""The tables of the documents, and of clauses that no row of another table carries."""
MANDATORY_CODE = "mandatory_code"
"""The kind of a document every clause of which is mandatory: it prevails over the other standards."""

# What may stand behind a document's name as its clause: 4.1.3, table 4.1.3, appendix C, B.0.5, 表4-3, 附录2.
_CLAUSE = re.compile(
    r"(?:commentary |table |appendix |fig\. |表|附录)?(?:[A-Z]\.)?(?:\d[\d.-]*|[A-Z]\b)(?:, \d+\b)?"
    r"(?:(?: and)? (?:table |fig\. )?[A-Z]?\.?\d[\d.-]*)*"
)
_IN_WORDS = {
    "zh": (
        ("commentary ", "条文说明"),
        ("table ", "表"),
        ("appendix ", "附录"),
        ("fig. ", "图"),
        (" and ", "、"),
        (", ", "-"),
    ),
    "en": (("表", "table "), ("附录", "annex ")),
}


@dataclass(frozen=True)
class Document:
    """A document with its title, kind, and what is known of its being in force; a row of ``documents.csv``."""

    document: str
    title_zh: str
    title_en: str
    kind: str
    status: str
    in_force_from: str
    successor: str
    source: str
    how_known: str
    read_in: str

    def title(self, lang: str) -> str:
        """The title in a language of the report."""
        return self.title_zh if lang == "zh" else self.title_en


@dataclass(frozen=True)
class Clause:
    """A clause that a criterion, a design check or a method rests on; a row of ``clauses.csv``.

    ``of`` is "criterion", "check" or "method", ``name`` which; ``mandatory`` is "yes" or "no".
    """

    document: str
    clause: str
    of: str
    name: str
    subject_zh: str
    subject_en: str
    mandatory: str
    source: str
    how_known: str
    read_in: str


@cache
def documents() -> dict[str, Document]:
    """The documents by the name that sources cite them by, in the order in which they prevail."""
    return {row["document"]: Document(**row) for row in rows(DOCUMENTS)}


@cache
def clauses() -> tuple[Clause, ...]:
    """The clauses that no row of another table carries."""
    return tuple(Clause(**row) for row in rows(CLAUSES))


@cache
def read_with_gaps() -> frozenset[str]:
    """The documents of which the copy that was read is a scanned text with gaps."""
    scans = [row["document_en"] for row in rows(COPIES) if "with gaps" in row["form"]]
    return frozenset(d for d in documents() if any(_opens(scan, d) for scan in scans))


def cited(source: str) -> tuple[tuple[str, str], ...]:
    """The documents that a source cites, each with its clause ("" where none is named), in their order.

    Parameters
    ----------
    source
        As the tables of standards write it: pieces with semicolons between, each of which opens with a document.
        A piece that opens otherwise ("engineering value: ...") cites none.
    """
    found = []
    for piece in source.split("; "):
        name = max((d for d in documents() if _opens(piece, d)), key=len, default="")
        if name:
            clause = _CLAUSE.match(piece.removeprefix(name).lstrip())
            found.append((name, clause.group().strip() if clause else ""))
    return tuple(dict.fromkeys(found))


def clause_name(clause: str, lang: str) -> str:
    """A clause in words of the language; "table 4.1.3" is 表4.1.3 in Chinese."""
    for written, said in _IN_WORDS[lang]:
        clause = clause.replace(written, said)
    return clause


def _opens(piece: str, document: str) -> bool:
    # "GB 50014-20211" would be another document.
    return piece.startswith(document) and not piece[len(document) :][:1].isdigit()

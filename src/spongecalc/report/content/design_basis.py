"""The basis of design: documents and clauses that the calculation applied, as design_basis.csv lists them."""

from __future__ import annotations

import pandas as pd

from spongecalc.report.content.closed_lists import coded
from spongecalc.report.content.document import Block, Paragraph, TableBlock
from spongecalc.report.content.roles import TextRole
from spongecalc.report.content.table import Cell, Heading, Table
from spongecalc.report.content.wording import Wording
from spongecalc.standards.documents import Document, clause_name, documents, read_with_gaps
from spongecalc.standards.documents import cited as cited_documents
from spongecalc.standards.provenance import HOW_KNOWN, PRACTICE, PRINTED

WITHOUT_NUMBER = ("guide", "handbook", "notice", "storm_formula")
"""Kinds of documents that are cited by their titles."""


def basis_of_design(basis: pd.DataFrame, words: Wording) -> list[Block]:
    """Blocks with the documents applied, each with title and force, and their clauses with what they serve."""
    if basis.empty:
        return []
    basis = basis.fillna("")
    cited = basis[basis["document"] != ""]
    # What passes without the limit of an unread document rests on none of its clauses, and is no practice either.
    named = basis["cited_as"].map(lambda source: bool(cited_documents(source)))
    practice = int(((basis["how_known"] == PRACTICE) & ~named).sum())
    return [
        Paragraph(words("document.basis_said", count=practice), TextRole.REMARK),
        TableBlock(words("document.basis_documents"), documents_table(cited, words), "documents"),
        TableBlock(words("document.basis_clauses"), clauses_table(cited, words), "clauses"),
    ]


def documents_table(cited: pd.DataFrame, words: Wording) -> Table:
    """The documents that rows of design_basis.csv cite, in the order in which they prevail."""
    names = ("number", "title", "kind", "status", "clauses_count", "how_known")
    headings = [Heading(words(f"document.basis_{n}"), n == "clauses_count") for n in names]
    counts = cited.groupby("document")["clause"].nunique()
    # The clauses' own grades, as the table of clauses has them: how a title is known is another matter.
    grades = {str(d): _grades(str(d), own["how_known"], words) for d, own in cited.groupby("document")}
    rows = [
        [
            Cell(number_of(document, words)),
            Cell(document.title(words.lang)),
            Cell(words.of_list("standard_sources.kind", document.kind) or document.kind),
            Cell(force_of(document, words)),
            Cell(str(counts[document.document])),
            Cell(grades[document.document]),
        ]
        for document in documents().values()
        if document.document in counts
    ]
    return Table(headings, rows)


def clauses_table(cited: pd.DataFrame, words: Wording) -> Table:
    """The clauses that rows of design_basis.csv cite, each once, with everything that it is applied to."""
    names = ("number", "clause", "mandatory", "applied", "count", "decides", "how_known")
    headings = [Heading(words(f"document.basis_{n}"), n == "count") for n in names]
    rows = []
    for (document, clause), own in cited.groupby(["document", "clause"], sort=False):
        applied = [coded("applied_to", to, words) for to in dict.fromkeys(own["applied_to"])]
        rows.append(
            [
                Cell(number_of(documents()[str(document)], words)),
                Cell(clause_name(str(clause), words.lang)),
                Cell(coded("mandatory", own["mandatory"].iloc[0], words)),
                Cell(words.listed(applied)),
                Cell(str(int(own["count"].sum()))),
                Cell(coded("decides", "yes" if (own["decides"] == "yes").any() else "no", words)),
                Cell(_grades(str(document), own["how_known"], words)),
            ]
        )
    return Table(headings, rows)


def _grades(document: str, found: pd.Series, words: Wording) -> str:
    """The ways in which a document's clauses are known, the surest first; a scan with gaps is said to be one."""
    grades = dict.fromkeys(g for g in (*HOW_KNOWN, *found) if g in set(found))
    said = {g: coded("how_known", g, words) for g in grades}
    if PRINTED in said and document in read_with_gaps():
        said[PRINTED] = words("document.basis_with_gaps", how=said[PRINTED])
    return words.listed(said.values())


def number_of(document: Document, words: Wording) -> str:
    """The number that a document is cited by; its title where it has none of its own."""
    in_words = document.kind in WITHOUT_NUMBER
    return document.title(words.lang) if in_words else document.document


def force_of(document: Document, words: Wording) -> str:
    """Words on a document's force: since when it is in force, or what supersedes it."""
    if document.status == "in_force" and document.in_force_from:
        return words("document.basis_in_force_from", date=document.in_force_from)
    if document.successor:
        return words("document.basis_superseded_by", successor=document.successor)
    # A handbook or a city's formula is in nobody's register.
    if document.kind in WITHOUT_NUMBER:
        return words("document.basis_no_register")
    return words.of_list("standard_sources.status", document.status) or document.status

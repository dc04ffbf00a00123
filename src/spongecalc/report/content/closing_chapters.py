"""The legend of the maps, and the closing pages: method, signatures, origin."""

from __future__ import annotations

from spongecalc.assess.review import Review
from spongecalc.report.content.document import (
    Block,
    Chapter,
    Code,
    Definitions,
    Facts,
    Legend,
    Paragraph,
    SignOff,
    TableBlock,
)
from spongecalc.report.content.roles import ChapterPlace, TextRole
from spongecalc.report.content.table import Cell, Heading, Table
from spongecalc.report.content.wording import Wording

METHODS = ("lengths", "separation", "rain", "runoff", "ponding", "errors", "data")
SIGNATURES = ("designed", "checked", "reviewed", "approved")


def legend_chapter(_: Review, words: Wording) -> Chapter:
    """The signs of all maps."""
    blocks: list[Block] = [
        Paragraph(words("map.legend_note"), TextRole.REMARK),
        Legend(words.catalogue.cover_ids),
    ]
    return Chapter("legend", words("map.legend"), blocks, place=ChapterPlace.COUNTY)


def method_chapter(_: Review, words: Wording) -> Chapter:
    """The ways in which each answer was worked out."""
    pairs = [(words(f"method.{m}_term"), words(f"method.{m}")) for m in METHODS]
    return Chapter("method", words("section.method"), [Definitions(pairs)], place=ChapterPlace.CLOSING)


def sign_chapter(_: Review, words: Wording) -> Chapter:
    """The block to be signed."""
    columns = [words(f"sign.{c}") for c in ("name", "date", "remark")]
    block = SignOff([words(f"sign.{s}") for s in SIGNATURES], columns)
    return Chapter("sign", words("section.sign"), [block], place=ChapterPlace.CLOSING)


def origin_chapter(review: Review, words: Wording) -> Chapter:
    """The last page: versions, digests of the inputs, and the command that makes the report again."""
    blocks: list[Block] = [
        Paragraph(words("again.how")),
        Code("spongecalc all"),
        Paragraph(words("again.files"), TextRole.REMARK),
        Facts([(name, str(version)) for name, version in review.versions.items()]),
    ]
    if review.inputs:
        headings = [Heading(words("document.input_file")), Heading("SHA-256", column="sha256")]
        rows = [[Cell(name), Cell(digest, column="sha256")] for name, digest in review.inputs.items()]
        blocks.append(TableBlock(words("document.inputs"), Table(headings, rows), "inputs"))
    return Chapter("origin", words("document.section_origin"), blocks, place=ChapterPlace.CLOSING)

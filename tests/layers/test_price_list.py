"""A project's price list: what is read, and what is refused by which rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from spongecalc.layers.bill_documents import read_bill_documents
from spongecalc.layers.price_list import read_prices

HEAD = "item,diameter_mm,unit,unit_price\n"


def test_an_empty_key_fits_everything(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(HEAD + "pipe,300,m,210.5\npipe,,m,180\n", encoding="utf-8")
    prices = read_prices(tmp_path / "p.csv")
    assert [p.keys for p in prices] == [{"item": "pipe", "diameter_mm": 300.0}, {"item": "pipe"}]
    assert [(p.unit, p.unit_price, p.row) for p in prices] == [("m", 210.5, 2), ("m", 180.0, 3)]


@pytest.mark.parametrize(
    ("typed", "price"),
    [("420,5", 420.5), ("4205", 4205.0), ("1,420.50", 1420.5), ("1,234,567", 1234567.0), ("４２０．５", 420.5)],
)
def test_a_comma_is_read_by_the_rule_of_layers(tmp_path: Path, typed: str, price: float) -> None:
    """420,5 was a price of 4205, without a word."""
    (tmp_path / "p.csv").write_text(f'{HEAD}pipe,300,m,"{typed}"\n', encoding="utf-8")
    assert [p.unit_price for p in read_prices(tmp_path / "p.csv")] == [price]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (None, "prices.missing"),
        (HEAD.encode() + "管道,300,m,210".encode("gbk"), "prices.unreadable"),
        (b"item,price\npipe,210\n", "prices.no_column"),
        (HEAD.encode() + b"pipe,300,m,about 200\n", "prices.value"),
        (HEAD.encode() + b'pipe,300,m,"1,420"\n', "prices.value"),
        (HEAD.encode() + b'pipe,300,m,"1.420,5"\n', "prices.value"),
        (HEAD.encode() + b"pipe,300,foot,200\n", "prices.value"),
        (HEAD.encode() + b"pipe,300,m,200\npipe,300,m,210\n", "prices.double"),
    ],
)
def test_a_list_that_cannot_be_used_is_a_finding_at_its_file(
    tmp_path: Path, content: bytes | None, rule: str
) -> None:
    if content is not None:
        (tmp_path / "p.csv").write_bytes(content)
    documents = read_bill_documents(tmp_path, (), "p.csv")
    assert documents.prices == ()
    assert [(f.rule, f.severity, f.feature.file) for f in documents.findings] == [(rule, "warning", "p.csv")]
    for language in ("zh", "en"):
        assert "p.csv" in documents.findings[0].message(language)
        assert documents.findings[0].action(language)

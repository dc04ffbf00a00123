from __future__ import annotations

from pathlib import Path

import pytest

from spongecalc.contract import SCHEMAS
from spongecalc.language import catalogue
from spongecalc.layers.contract_page import contract_page, missing_words


def test_the_page_in_docs_is_that_of_the_contract(repository: Path) -> None:
    assert (repository / "docs" / "contract.md").read_text(encoding="utf-8") == contract_page()


def test_every_column_has_words_in_both_languages() -> None:
    assert missing_words() == []


@pytest.mark.parametrize(("lang", "word"), [("en", "error"), ("zh", "错误")])
def test_what_must_be_there_is_an_error_where_it_is_not(lang: str, word: str) -> None:
    """What the page says of a missing value, against the contract's own mark."""
    own = catalogue("contract", lang)
    for schema in SCHEMAS.values():
        for column in schema.columns:
            if column.required:
                keys = (f"contract.{schema.name}.{column.name}.missing", f"contract.every.{column.name}.missing")
                said = next(own[k] for k in keys if k in own)
                assert said.startswith(word), f"{schema.name}.{column.name}"


def test_no_words_are_left_of_columns_that_are_gone() -> None:
    columns = {(s.name, c.name) for s in SCHEMAS.values() for c in s.columns} | {("dem", "level_m")}
    for key in catalogue("contract", "en"):
        _, layer, column, *rest = key.split(".")
        if rest and layer not in ("value", "every"):
            assert (layer, column) in columns, key
        if layer == "every":
            assert column in {name for _, name in columns}, key


def test_the_ground_stands_on_the_page_in_both_languages() -> None:
    english, chinese = contract_page().split("## 中文")
    for half in (english, chinese):
        assert half.count("### dem") == 1
        assert "| `level_m` | m | -500 - 6000 |" in half.split("### dem")[1]

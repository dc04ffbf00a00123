"""A cell of a table that is missing or improper is named at loading, with its table, row and column."""

from __future__ import annotations

from dataclasses import fields

import pytest

from spongecalc.catalogue import table_row
from spongecalc.catalogue.catalogue import shipped
from spongecalc.catalogue.cover import Cover
from spongecalc.catalogue.material import Material
from spongecalc.catalogue.table_row import CellError, objects_of
from spongecalc.standards.tables import rows


@pytest.mark.parametrize(("kind", "table"), [(Cover, "covers"), (Material, "materials")])
@pytest.mark.parametrize("missing", ["", None])
def test_a_missing_cell_names_table_row_and_column(
    kind: type, table: str, missing: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for column in [f.name for f in fields(kind) if f.name not in ("like", "reason")][1:]:
        broken = [dict(r) for r in rows(table)]
        name = next(iter(broken[2].values()))
        broken[2][column] = missing  # type: ignore[assignment]
        monkeypatch.setattr(table_row, "rows", lambda _, broken=broken: broken)
        with pytest.raises(CellError) as caught:
            list(objects_of(kind, table))
        assert (caught.value.table, caught.value.row, caught.value.column) == (table, name, column)
        for language in ("zh", "en"):
            assert {table, name, column} <= set(caught.value.sentence(language).replace("，", " ").split()) | {
                w for w in (table, name, column) if w in caught.value.sentence(language)
            }


def test_a_cell_of_another_kind_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = [dict(r) for r in rows("covers")]
    broken[0]["manning_n"] = "smooth"
    monkeypatch.setattr(table_row, "rows", lambda _: broken)
    with pytest.raises(CellError, match="smooth") as caught:
        list(objects_of(Cover, "covers"))
    assert caught.value.column == "manning_n"


def test_every_row_of_the_tables_loads_and_infiltration_is_one_of_the_ways() -> None:
    ways = {"none", "soil", "permeable_paving", "gravel_base", "sunken_storage"}
    assert {c.infiltration for c in shipped().covers.values()} == ways
    assert all(c.fmin_mm_h <= c.f0_mm_h for c in shipped().covers.values())


def test_an_unknown_cover_is_answered_with_those_there_are() -> None:
    with pytest.raises(KeyError, match="sunken_green"):
        shipped().cover("lawn")

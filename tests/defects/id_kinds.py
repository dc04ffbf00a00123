"""Defects of ids: lost, twice, and written otherwise than where they are named."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd

from spongecalc.contract import SCHEMAS
from spongecalc.layers.id_text import REFERENCES
from tests.defects.planting import Fits, Kind, Planting, at_layers, having
from tests.defects.two_deliveries import Delivery

EVERY = tuple(SCHEMAS)
NAMED = ("nodes", "pipes", "surfaces", "buildings", "connections", "facilities")


def _id(p: Planting) -> str:
    return SCHEMAS[p.layer].id_column


def _renamed(p: Planting, name: str | None) -> None:
    p.set(_id(p), name)
    if name is None:
        p.anywhere |= {"id.missing", "id.made"}
    else:
        p.names.add((p.layer, name))
    if p.layer == "communities":
        # What names it still does so by its old id.
        p.anywhere |= {"id.missing", "community.unknown"}


def missing(p: Planting) -> None:
    _renamed(p, None)


def blank(p: Planting) -> None:
    p.set(_id(p), "  ")
    p.anywhere |= {"id.missing", "id.made"}


def of_another(p: Planting) -> None:
    """The id of another feature of the layer, of the same community."""
    ids = [i for i in p.frame[_id(p)].dropna() if i != p.feature and str(i)[:4] == p.feature[:4]]
    if not ids:
        ids = [i for i in p.frame[_id(p)].dropna() if i != p.feature]
    other = str(ids[int(p.random.integers(len(ids)))])
    p.at(p.layer, other)
    _renamed(p, other)


def of_another_community(p: Planting) -> None:
    """The id of a feature of the layer in another community."""
    ids = [i for i in p.frame[_id(p)].dropna() if str(i)[:4] != p.feature[:4]]
    other = str(ids[int(p.random.integers(len(ids)))])
    p.at(p.layer, other)
    _renamed(p, other)


def lower_case(p: Planting) -> None:
    _renamed(p, p.feature.lower())


def full_width(p: Planting) -> None:
    _renamed(p, "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in p.feature))
    p.at(p.layer, p.feature)


def with_blanks(p: Planting) -> None:
    _renamed(p, f" {p.feature} ")


def other_dash(p: Planting) -> None:
    """A dash of typography instead of the hyphen."""
    _renamed(p, p.feature.replace("-", "–"))


def letter_o(p: Planting) -> None:
    _renamed(p, p.feature.replace("0", "O"))


def as_a_day(p: Planting) -> None:
    _renamed(p, "2026-01-02 00:00:00")


def as_a_number(p: Planting) -> None:
    _renamed(p, "12.0")
    p.names.add((p.layer, "12"))


def very_long(p: Planting) -> None:
    _renamed(p, p.feature + "长" * 120)


def with_signs(p: Planting) -> None:
    """Signs that end a token, a comment or a section in a model."""
    _renamed(p, f'{p.feature} ;[X]"')


def _references() -> list[tuple[str, str]]:
    return [(layer, column) for layer, columns in REFERENCES.items() for column in columns]


def _reference(column: str, write: str) -> object:
    def change(p: Planting) -> None:
        value = p.value(column)
        if not isinstance(value, str):
            value = "EY99-X1"
        written = {
            "unknown": "EY99-X1",
            "nothing": None,
            "blanks": f"  {value} ",
            "case": value.lower(),
            "full width": "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in value),
            "its own id": p.feature,
            "a float": "12.0",
            "letter O": value.replace("0", "O"),
        }[write]
        p.set(column, written)

    return change


def given(column: str) -> Fits:
    """The features that name something in the column; all of them where none does."""

    def fits(frame: gpd.GeoDataFrame, delivery: Delivery) -> Iterable[bool]:
        held = list(having(**{column: True})(frame, delivery))
        return held if any(held) else [True] * len(frame)

    return fits


WRITTEN = ("unknown", "nothing", "blanks", "case", "full width", "its own id", "a float", "letter O")

KINDS = [
    *at_layers("no id", EVERY, missing),
    *at_layers("a blank id", EVERY, blank),
    *at_layers("the id of another", EVERY, of_another),
    *at_layers("the id of one in another community", EVERY, of_another_community),
    *at_layers("id in small letters", NAMED, lower_case),
    *at_layers("id in full width", NAMED, full_width),
    *at_layers("id with blanks", EVERY, with_blanks),
    *at_layers("id with another dash", NAMED, other_dash),
    *at_layers("id with O for 0", NAMED, letter_o),
    *at_layers("a day for an id", NAMED, as_a_day),
    *at_layers("12.0 for an id", NAMED, as_a_number),
    *at_layers("a very long id", NAMED, very_long),
    *at_layers("id with signs", NAMED, with_signs),
    *(
        Kind(f"{layer}: {column} {write}", layer, _reference(column, write), given(column))  # type: ignore[arg-type]
        for layer, column in _references()
        for write in WRITTEN
    ),
]

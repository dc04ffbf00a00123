"""Read a project's own unit prices; none are invented where it has none."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spongecalc.gate import text
from spongecalc.gate.cause import Cause, on_one_line
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.layers.number_text import number_of

UNITS = {"m": "length_m", "m2": "area_m2", "m3": "volume_m3", "each": "count"}
PRICE_KEYS = ("item", "system", "shape", "diameter_mm", "material", "depth_band")
NEEDED = ("item", "unit", "unit_price")


@dataclass(frozen=True)
class Price:
    """A unit price: ``keys`` are what a row of the bill must have, by column; ``row`` its row in the file."""

    keys: dict[str, str | float]
    unit: str
    unit_price: float
    source: str
    row: int


class PriceError(InputRefusedError):
    """A price list that cannot be used; ``rule`` is the key of its sentence in the catalogue ``findings``."""

    def __init__(self, rule: str, **found: object) -> None:
        super().__init__(rule)
        self.rule, self.found = rule, found


def read_prices(path: Path) -> tuple[Price, ...]:
    """Unit prices from a CSV file with the columns item, unit, unit_price and any of the bill's other keys.

    An empty key fits everything. Units are m, m2, m3 and each.

    Raises
    ------
    PriceError
        Missing or unreadable file, missing column, a price or size that is no number, an unknown unit, or
        two rows with the same keys and unit.
    """

    def refused(cause: Cause) -> PriceError:
        if cause.kind == "missing":
            return PriceError("prices.missing", file=path.name)
        return PriceError("prices.unreadable", file=path.name, reason=cause)

    with Entrance(path, "table", "", refused):
        try:
            content = text.read_text(path)
        except UnicodeDecodeError:
            raise PriceError("prices.unreadable", file=path.name, reason="UTF-8") from None
        return _prices(path, content)


def _prices(path: Path, content: str) -> tuple[Price, ...]:
    reader = csv.DictReader(content.splitlines())
    missing = [c for c in NEEDED if c not in (reader.fieldnames or ())]
    if missing:
        raise PriceError("prices.no_column", file=path.name, columns=", ".join(missing))
    prices = tuple(_price(path.name, row, number) for number, row in enumerate(reader, 2))
    seen: dict[object, int] = {}
    for price in prices:
        key = (tuple(sorted(price.keys.items())), price.unit)
        if key in seen:
            raise PriceError("prices.double", file=path.name, row=price.row, other=seen[key])
        seen[key] = price.row
    return prices


def _price(file: str, row: dict[str, str], number: int) -> Price:
    def refuse(column: str) -> PriceError:
        return PriceError(
            "prices.value", file=file, row=number, column=column, value=on_one_line(row.get(column) or "")
        )

    keys: dict[str, str | float] = {}
    for name in PRICE_KEYS:
        typed = (row.get(name) or "").strip()
        if not typed:
            continue
        if name == "diameter_mm":
            try:
                keys[name] = float(typed)
            except ValueError:
                raise refuse(name) from None
        else:
            keys[name] = typed
    if "item" not in keys:
        raise refuse("item")
    unit = (row.get("unit") or "").strip()
    if unit not in UNITS:
        raise refuse("unit")
    amount = number_of(row.get("unit_price") or "", "")
    if not math.isfinite(amount) or amount < 0:
        raise refuse("unit_price")
    return Price(keys, unit, amount, (row.get("source") or "").strip(), number)


def best_price(prices: Sequence[Price], row: dict[str, object]) -> tuple[Price, ...]:
    """The prices that fit a row of the bill with the most keys: none, one, or several that tie per unit."""
    fitting = [p for p in prices if all(row.get(k) == v for k, v in p.keys.items())]
    out: list[Price] = []
    for unit in UNITS:
        own = [p for p in fitting if p.unit == unit]
        most = max((len(p.keys) for p in own), default=0)
        out.extend(p for p in own if len(p.keys) == most)
    return tuple(out)

"""The number of fields that a layer or table may have, within an entrance."""

from __future__ import annotations

from spongecalc.gate.entrance import standing_in
from spongecalc.gate.not_admitted import TooLargeError
from spongecalc.gate.territory import limits_of


def refuse_fields(count: int, layer: str = "") -> None:
    """Refuse a layer of more fields than are allowed: a frame takes time by the square of their number."""
    allowed = limits_of(standing_in().path).field_limit
    if count > allowed:
        raise TooLargeError.of_count("field_limit", count, allowed, layer=layer)

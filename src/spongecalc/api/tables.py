"""The tables of an assessment by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from spongecalc.api.card import card_html
from spongecalc.assess.review import Review
from spongecalc.language import text
from spongecalc.language.unknown_name import known_name


class Tables(Mapping[str, pd.DataFrame]):
    """Every table of results, by the name of its file in results/ without ``.csv``."""

    def __init__(self, review: Review, language: str) -> None:
        self._tables, self._language = review.tables, language

    def __getitem__(self, name: str) -> pd.DataFrame:
        """A copy of a table. Raises UnknownNameError, a KeyError that names the nearest."""
        return self._tables[known_name("table", name, self._tables, self._language)].copy()

    def __iter__(self) -> Iterator[str]:
        """Names of the tables."""
        return iter(self._tables)

    def __len__(self) -> int:
        """Number of tables."""
        return len(self._tables)

    def __contains__(self, name: object) -> bool:
        """Tell whether there is such a table."""
        return name in self._tables

    def __repr__(self) -> str:
        """Each table with its number of rows."""
        return f"<Tables: {', '.join(f'{name} {len(table)}' for name, table in self._tables.items())}>"

    def _repr_html_(self) -> str:
        words = {k: text(f"api.card.{k}", self._language) for k in ("tables", "table", "rows", "columns")}
        rows = [(name, len(table), len(table.columns)) for name, table in self._tables.items()]
        return card_html(words["tables"], rows, (words["table"], words["rows"], words["columns"]))

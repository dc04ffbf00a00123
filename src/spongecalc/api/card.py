"""The card of an object in a notebook: a heading and a small table of plain cells."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import escape

MOST_ROWS = 60


def card_html(heading: str, rows: Sequence[Sequence[object]], headers: Sequence[str] = ()) -> str:
    """A heading and rows as HTML; the first cell of a row is its title. Texts of the project are escaped."""
    parts = [f"<div><strong>{escape(heading)}</strong><table>"]
    if headers:
        cells = "".join(f"<th>{escape(h)}</th>" for h in headers)
        parts.append(f"<thead><tr>{cells}</tr></thead>")
    parts.append("<tbody>")
    for row in rows[:MOST_ROWS]:
        first, *others = (escape(_shown(cell)) for cell in row)
        cells = "".join(f"<td>{cell}</td>" for cell in others)
        parts.append(f"<tr><th>{first}</th>{cells}</tr>")
    if len(rows) > MOST_ROWS:
        parts.append(f"<tr><th>... {len(rows) - MOST_ROWS}</th></tr>")
    parts.append("</tbody></table></div>")
    return "".join(parts)


def _shown(cell: object) -> str:
    return f"{cell:.3g}" if isinstance(cell, float) else str(cell)

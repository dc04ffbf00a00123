"""The member ``crs`` of a GeoJSON that links to a description elsewhere: GDAL would fetch it from there."""

from __future__ import annotations

import json
import re

# A name in quotes of either kind that reads crs, with or without escapes, whatever its case.
_NAME = re.compile(
    rb"""["'](?:[cC]|\\u00[46]3)(?:[rR]|\\u00[57]2)(?:[sS]|\\u00[57]3)["']""",
)
_COLON = re.compile(rb"\s*:\s*")
_LONGEST = 100_000
PLAIN = {"name", "epsg", "ogc"}
"""Kinds of ``crs`` that name a system, which GDAL looks up in its own tables."""


class _Members(list[tuple[str, object]]):
    """The members of an object in their order, those of one name too."""


class StrangeCrsError(ValueError):
    """A member ``crs`` that cannot be read, so that nobody knows what it leads to."""


def without_crs_link(content: bytes) -> bytes:
    """A GeoJSON in which every ``crs`` that links elsewhere is null; the same bytes where there is none.

    GeoJSON of 2008 lets a document say ``"crs": {"type": "link", "properties": {"href": "http://..."}}``. Without
    it the layer has no system of its own, and the project says which.

    Raises
    ------
    StrangeCrsError
        A ``crs`` cannot be read.
    """
    parts: list[bytes] = []
    done = 0
    for name in _NAME.finditer(content):
        colon = _COLON.match(content, name.end())
        if colon is None:
            if content[name.end() : name.end() + 100].lstrip().startswith(b"/"):
                raise StrangeCrsError("a comment beside crs")
            continue  # a value that reads so
        begin = colon.end()
        if (
            begin < done
            or content[begin : begin + 1] in (b'"', b"n", b"t", b"f", b"-")
            or _is_number(content, begin)
        ):
            continue
        end, kinds = _value(content, begin)
        if not kinds or not kinds <= PLAIN:
            parts += [content[done:begin], b"null"]
            done = end
    return b"".join([*parts, content[done:]]) if parts else content


def _is_number(content: bytes, at: int) -> bool:
    return content[at : at + 1].isdigit()


def _value(content: bytes, begin: int) -> tuple[int, set[str]]:
    """The end of the value that begins there, and its types: which of several GDAL goes by, nobody knows."""
    text = content[begin : begin + _LONGEST].decode("utf-8", "surrogateescape")
    try:
        value, length = json.JSONDecoder(object_pairs_hook=_Members).raw_decode(text)
    except (ValueError, RecursionError) as reason:
        raise StrangeCrsError(str(reason)) from reason
    members = value if isinstance(value, _Members) else ()
    kinds = {str(v).lower() for k, v in members if k.lower() == "type"}
    return begin + len(text[:length].encode("utf-8", "surrogateescape")), kinds

"""Signs that no name, path or sentence of a project holds: a zero byte ends a path where nobody sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Tabs and ends of lines stand in notes of several lines.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def control_signs_in(document: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Keys of a document at which a text with control signs stands, or that hold one, each with the text.

    Parameters
    ----------
    document
        Tables, lists and values, as a TOML file gives them.
    key
        Where the document stands in a larger one: "layers.nodes".
    """
    if isinstance(document, dict):
        for name, value in document.items():
            if _CONTROL.search(str(name)):
                yield key, str(name)
            else:
                yield from control_signs_in(value, f"{key}.{name}" if key else str(name))
    elif isinstance(document, list):
        for number, value in enumerate(document, 1):
            yield from control_signs_in(value, f"{key}[{number}]")
    elif isinstance(document, str) and _CONTROL.search(document):
        yield key, document

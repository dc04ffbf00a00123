"""The meaning of a label's words: the named groups of a pattern, else a size and a material."""

from __future__ import annotations

import re

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.catalogue.size_text import Size, parse_size
from spongecalc.project.layer_source import Labels

SIZE, MATERIAL = "管径", "材质"
# Lines that carry a size, so that a text of one is a label of theirs.
SIZED = ("pipes", "utilities")


def on_one_line(words: str) -> str:
    """A text of several lines as one."""
    return " ".join(words.split())


def said_by(words: str, labels: Labels, catalogue: Catalogue) -> dict[str, str]:
    """Fields that a text fills, each with its value."""
    if labels.pattern is not None:
        match = re.search(labels.pattern, words)
        return {k: v for k, v in match.groupdict().items() if v} if match else {}
    said: dict[str, str] = {}
    parts = [words] if is_size(parse_size(words)) else re.split(r"[\s,;，；]+", words)
    for part in parts:
        size, named = parse_size(part), part
        if SIZE not in said and size is not None and is_size(size):
            said[SIZE] = part
            named = size.beside
        # A number makes it an id or a grade rather than a material's name.
        if named and MATERIAL not in said and not re.search(r"\d", named) and catalogue.material(named):
            said[MATERIAL] = named
    return said


def is_size(size: Size | None) -> bool:
    """True where a text states a size and is not just a number."""
    return size is not None and (size.stated or size.width_mm is not None)


def is_label(words: str, layer: str, labels: Labels, catalogue: Catalogue) -> bool:
    """True where a text says what labels of a layer say: what the pattern asks for, or the size of a pipe."""
    said = said_by(words, labels, catalogue)
    return bool(said) if labels.pattern is not None else layer in SIZED and SIZE in said


def groups_of(labels: Labels) -> list[str]:
    """Fields that the labels' pattern names."""
    return list(re.compile(labels.pattern).groupindex) if labels.pattern is not None else []

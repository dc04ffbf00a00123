"""The meaning of a label's words: the named groups of a pattern, else size, material, length and slope."""

from __future__ import annotations

import re
from dataclasses import replace

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.catalogue.pipe_label import parse_label
from spongecalc.catalogue.size_text import Size, parse_size
from spongecalc.project.layer_source import Labels

SIZE, MATERIAL, LENGTH, SLOPE = "管径", "材质", "管长", "坡度"
FILLED = (SIZE, MATERIAL, LENGTH, SLOPE)
# A material and a bare number of millimetres: PE管 300, 砼400. PE100 is a grade of PE, and so is PE 80.
_BARE = re.compile(
    r"^(?P<material>\D*[^\x00-\x7f\s]\s*|\D*[A-Za-z]\s+(?=[2-9]\d\d|\d{4}))(?P<size>[1-9]\d{2,3})(?:mm)?$"
)
_NAMED = re.compile(r"^(?:管径|直径|口径|公称直径)\s*[=:]?\s*(?P<size>[1-9]\d{1,3})(?:mm)?$")
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
    label = parse_label(words)
    said = _size_and_material(label.words, catalogue)
    if SIZE not in said and (sized := _BARE.match(label.words)) and catalogue.material(sized["material"]):
        said |= {SIZE: f"{sized['size']}mm", MATERIAL: sized["material"].strip()}
    elif SIZE not in said and (sized := _NAMED.match(label.words)):
        said[SIZE] = f"{sized['size']}mm"
    # Without a size beside them they may be anything's.
    if SIZE in said and label.length_m is not None:
        said[LENGTH] = f"{label.length_m:g} m"
    if SIZE in said and label.slope is not None:
        said[SLOPE] = f"{label.slope * 1000:g}‰"
    return said


def _size_and_material(words: str, catalogue: Catalogue) -> dict[str, str]:
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


def meaning_of(name: str, value: str) -> object:
    """The meaning of a label's value, however it is written: d300 and DN300 are one size."""
    size = parse_size(value) if name == SIZE else None
    return value if size is None else replace(size, beside="", stated=True)


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

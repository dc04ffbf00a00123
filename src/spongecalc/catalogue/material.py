"""A material of pipes: its family, roughness, walls, the sizes it is made in, and the names surveys give it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

# One Chinese character says too little within a name: 钢 is in the names of concrete and of plastic pipes. It
# counts where nothing but the thing itself follows it, as in 镀锌钢管 or C30砼.
_THING = r"(?=(?:管道|管|渠|沟|涵)*$)"
_JOINT = r"[\s_\-]*"


@dataclass(frozen=True)
class Material:
    """One material.

    ``family`` is plastic, metal, concrete, clay or masonry. ``wall_ratio`` is the wall's thickness over the
    inner diameter. ``sizes_mm`` are the nominal diameters it is made in; none: built to any size.
    ``outer_sizes_mm`` pairs outer diameters (De) with nominal ones. A pipe has flat joints, where
    ``socket_words`` is not empty, unless its name holds one of them. ``reason`` and ``like`` are those of a
    project's own row.
    """

    material: str
    name_zh: str
    name_en: str
    family: str
    manning_n: float
    wall_ratio: float
    bedding_mm: float
    sizes_mm: tuple[float, ...]
    outer_sizes_mm: tuple[tuple[float, float], ...]
    socket_words: tuple[str, ...]
    synonyms: tuple[str, ...]
    source: str
    how_known: str
    wall_source: str
    wall_how_known: str
    sizes_source: str
    sizes_how_known: str
    outer_source: str
    outer_how_known: str
    names_source: str
    names_how_known: str
    like: str = ""
    reason: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that means it."""
        return (self.material, self.name_zh, self.name_en, *self.synonyms)

    @property
    def is_rigid(self) -> bool:
        """True where it is laid on a base of concrete, which takes the wider working space in a trench."""
        return self.family in RIGID_FAMILIES

    def name(self, lang: str) -> str:
        """Its name in "zh" or "en"."""
        return self.name_zh if lang == "zh" else self.name_en

    def has_flat_joints(self, written: str) -> bool:
        """True where a pipe that a survey calls so is the plain concrete one with flat joints."""
        return bool(self.socket_words) and not any(w in folded(written) for w in self.socket_words)

    def nominal_mm(self, outer_mm: float) -> float | None:
        """The nominal diameter of a pipe sold by its outer one; None where it isn't known.

        By the pairs of the table; else the inner diameter, outer / (1 + 2 wall ratio), where a size within a
        twentieth of it is made.
        """
        for outer, nominal in self.outer_sizes_mm:
            if abs(outer - outer_mm) < 0.5:
                return nominal
        if self.outer_sizes_mm or not self.sizes_mm:
            return None
        inner = outer_mm / (1 + 2 * self.wall_ratio)
        nearest = min(self.sizes_mm, key=lambda s: abs(s - inner))
        return nearest if abs(nearest - inner) <= inner / 20 else None


PLASTIC, METAL, CONCRETE = "plastic", "metal", "concrete"
RIGID_FAMILIES = frozenset({CONCRETE, "clay", "masonry"})


def folded(name: str) -> str:
    """A name for comparison: full-width signs made plain, small letters, no blanks around it."""
    return unicodedata.normalize("NFKC", name).strip().lower()


def says_something(name: str) -> bool:
    """True for a name that can tell a material: one letter at least, and more than 管 or 渠, which all are."""
    return bool(re.sub(r"管道|管|渠|沟|涵|[\W\d_]", "", folded(name)))


@lru_cache(maxsize=4096)
def _pattern(name: str) -> re.Pattern[str]:
    """A name as it stands within a text: Latin letters as words of their own (PE is none in "pipe")."""
    parts = [re.escape(p) for p in re.split(r"[\s_\-]+", folded(name)) if p]
    body = _JOINT.join(parts)
    if len(name) == 1 and not name.isascii():
        return re.compile(f"{body}{_THING}")
    before = r"(?<![a-z])" if name[0].isascii() else ""
    after = r"(?![a-z])" if name[-1].isascii() else ""
    return re.compile(f"{before}{body}{after}")


def recognised(written: str, materials: Iterable[Material]) -> Material | None:
    """The material that a name means: the one whose longest name stands in it; None where none does.

    HDPE双壁波纹管 is HDPE, 钢筋混凝土管 reinforced concrete and not steel. Of names of one length the first
    counts.
    """
    text = folded(written)
    # Blanks part Latin words (HDPE B型) and mean nothing between Chinese ones (钢 筋 混凝土).
    forms = (text,) if text.isascii() else (text, "".join(text.split()))
    best: tuple[int, Material] | None = None
    for material in materials:
        for name in material.names:
            length = len(name)
            if (best is None or length > best[0]) and any(_pattern(name).search(form) for form in forms):
                best = (length, material)
    return best[1] if best else None

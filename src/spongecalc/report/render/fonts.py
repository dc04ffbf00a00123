"""The fonts that PDF and figures are set in: from packages, so that every machine sets the same pages."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

from spongecalc.report.render.missing_font import MissingFontError

CJK_PACKAGE, CJK_FILE = "zhplot", "fonts/NotoSansSC-Regular.ttf"
# matplotlib carries DejaVu Sans: symbols, faces, Hebrew and Arabic.
LATIN_PACKAGE, LATIN_FILE = "matplotlib", "mpl-data/fonts/ttf/DejaVuSans.ttf"


@cache
def _font_files() -> tuple[Path, ...]:
    found = []
    for package, file in ((CJK_PACKAGE, CJK_FILE), (LATIN_PACKAGE, LATIN_FILE)):
        spec = importlib.util.find_spec(package)
        path = Path(spec.origin).parent / file if spec is not None and spec.origin is not None else None
        if path is None or not path.is_file():
            raise MissingFontError(package)
        found.append(path)
    return tuple(found)


def font_folders() -> tuple[Path, ...]:
    """Folders with the fonts: Noto Sans SC for Chinese, DejaVu Sans for what it lacks.

    Raises
    ------
    MissingFontError
        A package that carries one of them is not installed; names it.
    """
    return tuple(f.parent for f in _font_files())


def cjk_font_file() -> Path:
    """The file of Noto Sans SC. Raises MissingFontError as :func:`font_folders` does."""
    return _font_files()[0]


@cache
def _characters() -> frozenset[int]:
    found: set[int] = set()
    for path in _font_files():
        with TTFont(path, lazy=True) as font:
            found |= set(font.getBestCmap())
    return frozenset(found)


def missing_characters(text: str) -> frozenset[str]:
    """Characters of a text that none of the fonts has; signs that are not drawn are left out."""
    known = _characters()
    return frozenset(c for c in set(text) if ord(c) not in known and c.isprintable())

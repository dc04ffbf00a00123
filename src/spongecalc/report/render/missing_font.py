"""The error of a font that is not there."""

from __future__ import annotations


class MissingFontError(LookupError):
    """The package that carries a font is not installed; its only argument is the package's name."""

"""Keeping off the console what libraries warn their programmers of: findings name it at the feature."""

from __future__ import annotations

import sys
import warnings


def quiet_libraries() -> None:
    """Keep Python's warnings off the console, unless whoever started this process asked for them (-W)."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")

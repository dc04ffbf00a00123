"""Keeping off the console what libraries warn their programmers of: findings name it at the feature."""

from __future__ import annotations

import os
import sys
import warnings

_SETTING = "PYTHONWARNINGS"


def quiet_libraries() -> None:
    """Keep Python's warnings off the console, unless whoever started this process asked for them (-W).

    Worker processes begin with their parent's environment, and are as quiet.
    """
    if sys.warnoptions:
        return
    warnings.simplefilter("ignore")
    os.environ.setdefault(_SETTING, "ignore")

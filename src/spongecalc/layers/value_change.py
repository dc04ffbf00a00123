"""The value of a column before and after a change: the columns of every table that tells of changed values."""

from __future__ import annotations

WAS, NOW = "before", "after"
"""The value that stood there first, and the one that stands there now."""

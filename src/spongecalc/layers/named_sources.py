"""The ground that a lawn, paving or facility receives the runoff of, as the column ``receives_from`` names it."""

from __future__ import annotations

SEPARATOR = ";"


def named_sources(value: object) -> tuple[str, ...]:
    """The ids in a value of the column, each once, in the order of writing."""
    if not isinstance(value, str):
        return ()
    # Who types Chinese types its semicolon.
    parts = (part.strip() for part in value.replace("；", SEPARATOR).split(SEPARATOR))
    return tuple(dict.fromkeys(part for part in parts if part))

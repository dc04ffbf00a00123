"""A value that the project's file may not hold: which sentence says so, and what fills it."""

from __future__ import annotations

from spongecalc.language import text
from spongecalc.project.address_password import without_password


class RefusedValueError(ValueError):
    """A value that is refused.

    ``rule`` is the key of its sentence under ``improper`` in the catalogue ``project``; ``given`` is the
    refused value, ``found`` as it stands there, ``allowed`` what might stand there instead; ``key`` the steps
    from the section that was checked to the key that is to blame.
    """

    def __init__(self, rule: str, found: object, allowed: str = "", key: tuple[str | int, ...] = ()) -> None:
        self.rule, self.given, self.found = rule, found, shown(found)
        self.allowed, self.key = allowed, key
        super().__init__(text(f"project.improper.{rule}", "en", found=self.found, allowed=allowed))


def shown(value: object) -> str:
    """A value as a message quotes it, without passwords, cut where it is long."""
    try:
        quoted = repr(value) if isinstance(value, (int, float)) else without_password(repr(value))
    except ValueError:  # a whole number of more digits than Python writes out
        quoted = "9999..."
    return quoted if len(quoted) <= 80 else quoted[:77] + "..."

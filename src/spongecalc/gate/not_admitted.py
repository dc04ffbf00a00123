"""Reasons not to admit an input: it is too large, lies outside, or is not what its name says."""

from __future__ import annotations

from pathlib import Path

from spongecalc.gate.limits import MB


class NotAdmittedError(Exception):
    """An input that the gate does not let in.

    ``kind`` is the key of its sentence in the catalogue ``gate``, ``values`` fill it.
    """

    def __init__(self, kind: str, **values: str) -> None:
        super().__init__(f"{kind}: {values}")
        self.kind, self.values = kind, values

    def anew(self) -> NotAdmittedError:
        """The same refusal, to be raised where it was kept: one that was raised holds on to where it was."""
        return NotAdmittedError(self.kind, **self.values)


class TooLargeError(NotAdmittedError):
    """An input beyond a limit: ``setting`` of [security], what was found, what is allowed."""

    def __init__(self, setting: str, found: str, allowed: str, **values: str) -> None:
        super().__init__(f"too_large.{setting}", setting=setting, found=found, allowed=allowed, **values)

    @classmethod
    def of_megabytes(cls, setting: str, size: int, allowed_mb: float) -> TooLargeError:
        """Of a size in bytes and the megabytes that are allowed."""
        return cls(setting, f"{size / MB:,.1f}", f"{allowed_mb:,g}")

    @classmethod
    def of_count(cls, setting: str, count: int, allowed: int, **values: str) -> TooLargeError:
        """Of a number of things and how many are allowed."""
        return cls(setting, f"{count:,}", f"{allowed:,}", **values)


class OutsideError(NotAdmittedError):
    """An input that leads outside the project's folder, to ``place``."""

    def __init__(self, place: Path) -> None:
        super().__init__("outside", place=place.as_posix())


class OtherFormError(NotAdmittedError):
    """An input whose content does not go with its name's ending: another form, a folder, or none."""

    def __init__(self, ending: str, found: str) -> None:
        kinds = {"bytes": "no_such_form", "text": "no_such_form", "empty": "empty", "folder": "folder"}
        kind = kinds.get(found, "other_form")
        super().__init__(kind, ending=ending or "-", found=found)


class PointerError(NotAdmittedError):
    """An input that holds no data but points to other files or addresses; ``found`` is what people call it."""

    def __init__(self, found: str) -> None:
        super().__init__("pointer", found=found)

"""The entrance of the gate: a file is admitted, read within it, and comes out as read or as a refusal."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar, Token
from pathlib import Path
from types import TracebackType
from typing import Self

from spongecalc.gate.admission import admit
from spongecalc.gate.cause import Cause, cause_of
from spongecalc.gate.input_refused import InputRefusedError, UnreadableError

FORMS = (
    "vector",
    "raster",
    "workbook",
    "table",
    "text",
    "drawing",
    "model",
    "settings",
    "netcdf",
    "xml",
    "archive",
    "template",
    "stored",
    "database",
)
"""Forms of input, as the libraries that read them are told apart."""

_OPEN: ContextVar[tuple[Entrance, ...]] = ContextVar("entrances")


class Entrance:
    """The way in of one file, as a context: ``with Entrance(path, "raster", "dem", refused): ...``.

    On entering, :func:`spongecalc.gate.admission.admit` says whether the file may be opened: rules of admission
    (drivers by form, folders, sizes) have their place there. Within, any exception but an InputRefusedError
    (refusals in words of our own pass as they are) becomes ``refuse(cause)``, with the exception chained to it.
    An entrance within another tells the inner one's cause on.

    Parameters
    ----------
    path
        The file or folder; of a database its address without a password.
    form
        One of ``FORMS``.
    layer
        The layer of the contract that it is read for, or "".
    refuse
        The refusal of the reader's own kind for a cause; None makes it an UnreadableError.

    Raises
    ------
    ValueError
        There is no such form.
    """

    def __init__(
        self, path: Path, form: str, layer: str = "", refuse: Callable[[Cause], Exception] | None = None
    ) -> None:
        if form not in FORMS:
            raise ValueError(f"no form {form!r} of input")
        self.path, self.form, self.layer, self._refuse = path, form, layer, refuse
        self._before: Token[tuple[Entrance, ...]] | None = None

    def __enter__(self) -> Self:
        try:
            admit(self.path, self.form, self.layer)
        except Exception as reason:
            self._turn_away(reason)
            raise
        self._before = _OPEN.set((*_OPEN.get(()), self))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, reason: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            _OPEN.reset(self._before)
            self._before = None
        if isinstance(reason, Exception):
            self._turn_away(reason)

    def _turn_away(self, reason: Exception) -> None:
        """Raise the refusal of what failed; return where it is one already."""
        if isinstance(reason, UnreadableError):
            if self._refuse is not None:
                raise self._refuse(reason.cause) from reason
            return
        if isinstance(reason, InputRefusedError):
            return
        cause = cause_of(reason)
        if self._refuse is not None:
            raise self._refuse(cause) from reason
        raise UnreadableError(self.path.name[:100], self.form, self.layer, cause) from reason


def standing_in() -> Entrance:
    """The innermost entrance that is open.

    Raises
    ------
    RuntimeError
        None is: a reader calls a library without having gone through the gate.
    """
    entrances = _OPEN.get(())
    if not entrances:
        raise RuntimeError("a library is called outside the gate")
    return entrances[-1]

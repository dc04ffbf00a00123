"""Admission: whether a file may be opened at all, before any library sees it."""

from __future__ import annotations

from pathlib import Path


def admit(path: Path, form: str, layer: str) -> None:
    """Let a file in, or raise an :class:`~spongecalc.gate.input_refused.InputRefusedError` that says why not.

    Every entrance calls this first, so that a rule about what may be opened is told here and nowhere else.

    Parameters
    ----------
    path
        The file or folder, as the project names it or as it lies; it need not exist.
    form
        The form that it is read as, one of :data:`spongecalc.gate.entrance.FORMS`.
    layer
        The layer of the contract that it is read for, or "".
    """
    if "\0" in str(path):
        raise ValueError("embedded null character in the path")
    del form, layer

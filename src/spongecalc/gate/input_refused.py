"""Refusals of an input that is not read: its own readers' refusals, and the gate's."""

from __future__ import annotations

from spongecalc.gate.cause import Cause


class InputRefusedError(Exception):
    """An input that is refused in words of our own; the gate lets every such exception pass as it is."""


class UnreadableError(InputRefusedError):
    """A file that could not be read: ``file``, ``form`` and ``layer`` say which, ``cause`` why."""

    def __init__(self, file: str, form: str, layer: str, cause: Cause) -> None:
        super().__init__(f"{file}: {cause}")
        self.file, self.form, self.layer, self.cause = file, form, layer, cause

"""A rain file that is refused, with the reason and the setting that would decide what is open."""

from __future__ import annotations

from dataclasses import dataclass

from spongecalc.gate.cause import Cause
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.language import text


@dataclass(frozen=True)
class RainFault:
    """The reason why a rain file is not used.

    ``rule`` names its sentence under ``error`` in the catalogue ``rain``; ``found`` is what stands in the file,
    ``write`` the line of spongecalc.toml that decides what the file leaves open.
    """

    rule: str
    file: str
    found: str | Cause = ""
    write: str = ""

    def sentence(self, language: str) -> str:
        """The reason in words, with the line to write."""
        found = self.found.sentence(language) if isinstance(self.found, Cause) else self.found
        said = text(f"rain.error.{self.rule}", language, file=self.file, found=found)
        return f"{said} {text('rain.to_write', language, line=self.write)}" if self.write else said


class RainFileError(InputRefusedError):
    """A rain file that is not used; ``fault`` says why."""

    def __init__(self, rule: str, file: str, found: str | Cause = "", write: str = "") -> None:
        super().__init__(f"{file}: {rule} {found}".strip())
        self.fault = RainFault(rule, file, found, write)

    @property
    def rule(self) -> str:
        """Name of the sentence."""
        return self.fault.rule

    @property
    def file(self) -> str:
        """Name of the file."""
        return self.fault.file

    @property
    def found(self) -> str:
        """Words of the file that the refusal is about."""
        return str(self.fault.found)


# Not frozen: a context that it passes through writes its traceback anew.
@dataclass(eq=False)
class UnsureError(InputRefusedError):
    """Something that a file leaves open: ``rule`` says what, ``choices`` are the settings that decide it."""

    rule: str
    found: str = ""
    choices: tuple[tuple[str, object], ...] = ()

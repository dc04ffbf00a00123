"""The cause of a failure to read, in words that go into a sentence of either language."""

from __future__ import annotations

import errno
import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from spongecalc.gate.not_admitted import NotAdmittedError
from spongecalc.language import text

LONGEST_WORDS = 200
"""Letters of a library's words that are told: some quote the whole file."""
_LOOKED_AT = 4_000
# What our own code raises where it takes data for what they are not; a library's C code raises them too, but then
# its last line of Python is the library's or the gate's.
_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, NameError, TypeError, ValueError)
_PACKAGE = Path(__file__).parents[1]
_GATE = Path(__file__).parent
# What the gate says of a file that is damaged rather than not allowed.
_DAMAGED = (
    *("no_such_form", "empty", "damaged_archive", "markup"),
    *("grid_cell", "grid_cells", "part_missing"),
)
# What a library tells of itself and not of the file: a place in its own source, in the machine's memory, or under
# a name that it gave the file there.
_INSIDES = re.compile(
    r"(?:Error occurred )?(?:\b(?:in|at) )?(?<![\w.-])(?:/|[A-Za-z]:\\)[^\s:]{1,400}"
    r"\.(?:c|cc|cpp|cxx|h|hpp|py)(?!\.?\w)(?:,? (?:at )?line \d+|:\d+)?"
    r"|(?: at )?\b0x[0-9A-Fa-f]{9,16}\b:?"
    r"|'?/vsimem/[^\s']+'?:?"
)
_LEFT_OVER = re.compile(r"\s*(?:[;,]\s*)*;\s*(?:[;,]\s*)*")
_PATH_ERRORS = (errno.ENAMETOOLONG, errno.EINVAL)

Kind = Literal["missing", "memory", "depth", "path", "damaged", "system", "library", "fault"]


@dataclass(frozen=True)
class Cause:
    """The cause of a failure.

    Parameters
    ----------
    kind
        "missing" (no such file), "memory" (more than there is), "depth" (nested too deeply), "path" (a name that
        no system takes), "damaged" (nobody says how), "locked" (by another program), "partly_copied", "system"
        (the operating system's words), "library" (a library's), or "fault": our own reader stumbled.
    words
        Those of the library or the system, on one line and cut; of a fault with its place in the package.
    values
        What fills the sentence of an input that was not admitted.
    """

    kind: Kind | str
    words: str = ""
    values: tuple[tuple[str, str], ...] = ()

    @property
    def turned_away(self) -> bool:
        """True where the gate did not let a sound input in; ``kind`` is then that of a NotAdmittedError."""
        return bool(self.values) and self.kind not in _DAMAGED

    def sentence(self, language: str) -> str:
        """The cause in a language; a library's words stay as they are."""
        return (
            self.words
            if self.kind in ("system", "library")
            else text(f"gate.{self.kind}", language, words=self.words, **dict(self.values))
        )

    @property
    def told(self) -> tuple[tuple[str, str], ...]:
        """The cause as plain pairs of texts, for a message that is put into words later (:func:`as_told`)."""
        return (("cause", self.kind), ("words", self.words), *self.values)

    def __str__(self) -> str:
        return self.sentence("en")


def as_told(values: Mapping[str, str]) -> Cause:
    """The cause that :attr:`Cause.told` told, from pairs among which it is."""
    return Cause(
        values["cause"], values["words"], tuple((k, v) for k, v in values.items() if k not in ("cause", "words"))
    )


def cause_of(reason: BaseException) -> Cause:
    """The cause that an exception tells."""
    if isinstance(reason, NotAdmittedError):
        return Cause(reason.kind, values=tuple(reason.values.items()))
    if isinstance(reason, FileNotFoundError):
        return Cause("missing")
    if isinstance(reason, IsADirectoryError):
        return Cause("folder", values=(("found", "folder"),))
    if isinstance(reason, MemoryError):
        return Cause("memory")
    if isinstance(reason, RecursionError):
        return Cause("depth")
    if isinstance(reason, OSError) and reason.errno in _PATH_ERRORS:
        return Cause("path")
    if isinstance(reason, OSError) and reason.errno and reason.strerror:
        return Cause("system", reason.strerror)
    if kind := next((kind for words, kind in _OF_SQLITE if words in str(reason)), ""):
        return Cause(kind)
    if place := _place_of_fault(reason):
        return Cause("fault", f"{type(reason).__name__}: {words_of(reason)} ({place})")
    if str(reason).strip() and not _of_the_file(str(reason)):
        return Cause("damaged")
    return Cause("library", words_of(reason))


# What SQLite says of a GeoPackage through every library.
_OF_SQLITE = (("database is locked", "locked"), ("disk image is malformed", "partly_copied"))
_SEE_CAUSE = "See previous exception"
"""What rasterio says where the exception that it came from tells more."""


def words_of(reason: BaseException) -> str:
    """Words of an exception on one line, of a sane length; its kind where it has none."""
    said = reason.strerror if isinstance(reason, OSError) and reason.strerror else str(reason)
    if (not said.strip() or _SEE_CAUSE in said) and reason.__cause__ is not None:
        return words_of(reason.__cause__)
    said = _of_the_file(said)
    if isinstance(reason, KeyError) or not said:
        said = f"{type(reason).__name__} {said}"
    return on_one_line(said)


def _of_the_file(said: str) -> str:
    """Words about the file, without what a library tells of its own insides."""
    said = said[:_LOOKED_AT]
    if not _INSIDES.search(said):
        return said.strip()
    return _LEFT_OVER.sub("; ", _INSIDES.sub("", said)).strip(" ;,:")


def on_one_line(said: str) -> str:
    """Words out of a file or a library on one line, without signs that cannot be printed, and cut."""
    line = " ".join("".join(c if c.isprintable() else " " for c in said).split())
    return line if len(line) <= LONGEST_WORDS else f"{line[: LONGEST_WORDS - 3]}..."


def _place_of_fault(reason: BaseException) -> str:
    """Module and line of our own code that an exception of a program's faults arose in; "" for a library's."""
    if not isinstance(reason, _FAULTS) or isinstance(reason, UnicodeError):
        return ""
    frames = traceback.extract_tb(reason.__traceback__)
    last = Path(frames[-1].filename) if frames else _GATE
    if not last.is_relative_to(_PACKAGE) or last.is_relative_to(_GATE):
        return ""
    return f"{last.relative_to(_PACKAGE).as_posix()}:{frames[-1].lineno}"

"""The sentence for a file that cannot be written: which one, why, and what to do."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from spongecalc.batch.own_files import NotOursError
from spongecalc.language import text
from spongecalc.whole_file import IrregularError, UnreadableError

CAUSES = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "quota",
    errno.EFBIG: "too_large",
    errno.EROFS: "read_only",
    errno.EACCES: "no_right",
    errno.EPERM: "no_right",
    errno.EIO: "damaged",
    errno.ENODEV: "gone",
    errno.ENXIO: "gone",
    errno.ESTALE: "gone",
    errno.ENOENT: "gone",
    errno.ENOTDIR: "in_the_way",
    errno.EISDIR: "in_the_way",
    errno.EEXIST: "in_the_way",
    errno.ENAMETOOLONG: "name_too_long",
    errno.EBUSY: "in_use",
    errno.ETXTBSY: "in_use",
}
"""Numbers of the system's errors -> the key of what the user can do about it."""


def write_fault(error: OSError, home: Path, language: str) -> str:
    """Return the sentence for a write that failed, or for a file to be copied that cannot be read.

    Parameters
    ----------
    error
        The system's error, with the file's name where it is known.
    home
        The project's folder, from which a file in it is named.
    language
        "zh" or "en".
    """
    cause = CAUSES.get(error.errno or 0, "other")
    if cause == "no_right" and os.name == "nt":
        cause = "in_use"  # Excel and Word hold what they show
    if isinstance(error, UnreadableError):
        cause = "unread"
    elif isinstance(error, NotOursError):
        cause = "not_ours"
    elif isinstance(error, IrregularError):
        cause = "irregular"
    elif cause == "other" and not error.filename:
        cause = "system"  # of a process or a connection, not of a file
    reason = error.strerror or str(error) or type(error).__name__
    file = _name(error.filename, home) if error.filename else text("batch.disk.output", language)
    return text(f"batch.disk.{cause}", language, file=file, reason=reason)


def _name(file: object, home: Path) -> str:
    path = Path(os.fsdecode(file) if isinstance(file, bytes) else str(file))
    base = home.parent if home.suffix == ".toml" else home
    try:
        return path.resolve().relative_to(base.resolve()).as_posix()
    except (OSError, ValueError, RuntimeError):
        return path.as_posix()

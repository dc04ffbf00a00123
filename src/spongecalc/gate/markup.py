"""The look through a document of markup for damage: GDAL takes one that breaks off for one that ends there."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from spongecalc.gate.markup_coordinates import refuse_unsound_coordinates
from spongecalc.gate.not_admitted import NotAdmittedError


def refuse_broken_markup(source: Path | bytes) -> None:
    """Refuse a document whose markup is damaged, or breaks off, with the line and what is wrong there.

    So is one with a coordinate that is no number.

    Nothing that it refers to is read, and entities of its own are refused before they are put in.

    Raises
    ------
    NotAdmittedError
        With the line and the parser's words.
    OSError
        It cannot be read.
    """
    if isinstance(source, Path):
        state = source.stat()
        _check_file(source, state.st_mtime_ns, state.st_size)
    else:
        _check(BytesIO(source))
        refuse_unsound_coordinates(source)


@lru_cache(maxsize=32)
def _check_file(path: Path, *_state: int) -> None:
    """Look through a file; done once for each sound state of it."""
    with path.open("rb") as stream:
        _check(stream)
    refuse_unsound_coordinates(path.read_bytes())


def _check(stream: BinaryIO) -> None:
    parser = expat.ParserCreate()
    parser.EntityDeclHandler = _entity
    try:
        parser.ParseFile(stream)
    except expat.ExpatError as reason:
        raise NotAdmittedError(
            "markup", line=str(reason.lineno), reason=str(expat.ErrorString(reason.code))
        ) from reason
    except (LookupError, ValueError) as reason:  # an encoding that no parser of markup knows
        raise NotAdmittedError("markup", line=str(parser.CurrentLineNumber), reason=str(reason)) from reason


def _entity(*_: object) -> None:
    raise NotAdmittedError("document_type", found="")

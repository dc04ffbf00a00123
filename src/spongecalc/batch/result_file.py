"""The result of one run on disk: whole or not there, and known by its key.

A run's folder holds what a person reads, the input ``model.inp`` and SWMM's own report ``model.rpt``, and
the results by key, ``<first characters of the key>.json.gz``: a gzip of a line of JSON with the key, one with the
result and the report, and the time series after them as they lie in memory. A result of an earlier key stays
beside a new one, so that going back to an earlier state of the layers costs nothing; those not used for longest
go when there are more than a few. Which they are a list in the folder says, by the order of use: clocks are set
back and forward, and files are copied.
"""

from __future__ import annotations

import json
import re
import zlib
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from spongecalc.gate.archive_limits import gunzipped
from spongecalc.gate.limits import DEFAULT_LIMITS
from spongecalc.gate.not_admitted import TooLargeError
from spongecalc.gate.territory import limits_of
from spongecalc.swmm.run_result import RunResult, series_frame
from spongecalc.whole_file import only_regular, replace_file

INPUT, REPORT, OUT = "model.inp", "model.rpt", "model.out"
KEPT = 4
"""Results of different keys that a run's folder holds at most."""

FORMAT = 3
ORDER = ".order"
"""The list of results in a run's folder, from the one not used for longest on; only where there are several."""
_SUFFIX = ".json.gz"
_GZIP = 31
"""``wbits`` of zlib for a gzip without a name and a time."""
_VALUE = np.dtype("<f8")
_COLUMNS_AT_ONCE = 256
_NAME_LENGTH = 24
_OWN_NAME = re.compile(rf"[0-9a-f]{{{_NAME_LENGTH}}}{re.escape(_SUFFIX)}")

UNREADABLE = (
    *(OSError, ValueError, KeyError, TypeError, EOFError, AttributeError, zlib.error),
    RecursionError,  # nested more deeply than anything of ours
)
"""What reading a damaged file may raise."""


@dataclass(frozen=True)
class Head:
    """First line of a result's file: what can be known of it without reading on.

    ``limit`` is the limit that ended the run, such as "time_limit=120"; empty where none did. ``seconds`` is
    the only value that differs when a model runs again.
    """

    key: str
    status: str
    limit: str
    seconds: float
    format: int = FORMAT


def packed(result: RunResult, report: str, key: str, limit: str = "") -> bytes:
    """A result and SWMM's report as the bytes of its file; but for ``seconds`` the same for the same result.

    Series are most of a result: as text, those of 20,000 pipes took a gigabyte on the way.
    """
    series = result.series
    head = Head(key, result.status, limit, result.seconds)
    bare = replace(result, seconds=0.0, series=series.iloc[:, :0])
    body = {"result": bare.to_document(), "series": [str(name) for name in series.columns], "report": report}
    zipped = zlib.compressobj(1, wbits=_GZIP)
    parts = []
    for line in (asdict(head), body):
        text = json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        parts.append(zipped.compress(f"{text}\n".encode()))
    values = series.to_numpy(dtype=_VALUE)
    for first in range(0, values.shape[1], _COLUMNS_AT_ONCE):
        block = values[:, first : first + _COLUMNS_AT_ONCE]
        parts.append(zipped.compress(np.where(np.isfinite(block), block, np.nan).T.tobytes()))
    return b"".join((*parts, zipped.flush()))


def unpacked(content: bytes, key: str, limit_mb: float = DEFAULT_LIMITS.stored_limit_mb) -> tuple[RunResult, str]:
    """A result and SWMM's report from the bytes of its file, of which at most ``limit_mb`` are unpacked [MB].

    Raises
    ------
    One of UNREADABLE
        The bytes are damaged, of another key or of another format.
    """
    text = _text(content, limit_mb)
    first = text.index(b"\n")
    head = _head(text[:first], key)
    second = text.index(b"\n", first + 1)
    body = json.loads(text[first + 1 : second])
    result = RunResult.from_document(body["result"])
    names, minutes = body["series"], result.series.index
    values = np.frombuffer(text, dtype=_VALUE, offset=second + 1).reshape(len(names), len(minutes))
    series = series_frame(minutes, dict(zip(names, values, strict=True)))
    return replace(result, seconds=head.seconds, series=series), str(body["report"])


def _text(content: bytes, limit_mb: float) -> bytes:
    """The text of a file, of which no more is unpacked than a result may have; raises one of UNREADABLE."""
    try:
        return gunzipped(content, "stored_limit", limit_mb)
    except TooLargeError as reason:
        raise ValueError(str(reason)) from reason


def _head(line: bytes, key: str) -> Head:
    head = Head(**json.loads(line))
    if head.format != FORMAT or head.key != key:
        raise ValueError("the result is of another run")
    return head


def result_path(folder: Path, key: str) -> Path:
    """Path of the result of a key, in its run's folder."""
    return folder / f"{key[:_NAME_LENGTH]}{_SUFFIX}"


def read_head(folder: Path, key: str) -> Head | None:
    """The head of the result of a key; None unless the file is there with every byte (by its checksum)."""
    try:
        content = only_regular(result_path(folder, key)).read_bytes()
        return _head(_text(content, limits_of(folder).stored_limit_mb).partition(b"\n")[0], key)
    except UNREADABLE:
        return None


def read_result(folder: Path, key: str) -> tuple[RunResult, str]:
    """The result of a key and SWMM's report.

    Raises
    ------
    One of UNREADABLE
        It is missing, damaged or of another run.
    """
    content = only_regular(result_path(folder, key)).read_bytes()
    return unpacked(content, key, limits_of(folder).stored_limit_mb)


def write_result(folder: Path, key: str, content: bytes, text: str, report: str, *, durable: bool = True) -> None:
    """Put a run's input, report and result into its folder, the result last and in one move.

    Parameters
    ----------
    folder, key
        Of the run.
    content
        The packed result.
    text, report
        The input file and SWMM's report, for whoever opens the folder.
    durable
        Wait until the disk has it, so that not even a power cut leaves half a result.

    Raises
    ------
    OSError
        The folder cannot be written; what was there is as it was.
    """
    show(folder, text, report)
    replace_file(result_path(folder, key), content, durable=durable)
    used(folder, key)


def used(folder: Path, key: str) -> None:
    """Note that a result was used last of those in its run's folder; of more than ``KEPT`` the first in order go.

    The list is no result: where the disk does not take it, nothing goes that need not.
    """
    own = result_path(folder, key).name
    with suppress(OSError):
        names = sorted(p.name for p in folder.iterdir() if _OWN_NAME.fullmatch(p.name))
        if len(names) < 2 or own not in names:
            return
        listed = _listed(folder)
        # What no list names is older than what one names: the list was lost, or the file came from elsewhere.
        others = sorted((n for n in names if n != own), key=lambda n: (listed.get(n, -1), n))
        for name in others[: -KEPT + 1]:
            (folder / name).unlink(missing_ok=True)
        kept = [*others[-KEPT + 1 :], own]
        if list(listed) != kept:
            replace_file(folder / ORDER, ("\n".join(kept) + "\n").encode("ascii"))


def _listed(folder: Path) -> dict[str, int]:
    """Names of results with their place in the order of use; empty where no list can be read."""
    try:
        names = only_regular(folder / ORDER).read_text(encoding="ascii").split("\n")
    except (OSError, ValueError):
        return {}
    return {name: place for place, name in enumerate(n for n in names if _OWN_NAME.fullmatch(n))}


def show(folder: Path, text: str, report: str) -> None:
    """Put the input and SWMM's report of a run into its folder where they are not there already."""
    for name, wanted in ((INPUT, text.encode()), (REPORT, report.encode())):
        path = folder / name
        if not path.is_file() or path.read_bytes() != wanted:
            replace_file(path, wanted)

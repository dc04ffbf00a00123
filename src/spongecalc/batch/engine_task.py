"""The work of a worker on one run: everything it needs comes with the task, everything it makes goes back.

Nothing is read from or written to the project, so the worker may be a process beside the caller or one on
another machine.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from spongecalc.batch.disk_fault import ENGINE_CANNOT_WRITE, refuse_little_room
from spongecalc.batch.result_file import INPUT, OUT, REPORT, packed
from spongecalc.swmm.gutter import Gutter
from spongecalc.swmm.input_file import decode
from spongecalc.swmm.run_result import SeriesRequest

_REPORT_IS_WHOLE = "Analysis ended on"
_SCRATCH = "spongecalc-run-"


@dataclass(frozen=True)
class EngineTask:
    """One run as it travels to a worker.

    Attributes
    ----------
    key : str
        The run's.
    text : str
        The input file.
    files : tuple of (name, content)
        Files that the input names, put beside it.
    mark_s, series
        As for :func:`spongecalc.swmm.engine.run_inp`.
    keep_out : bool
        Bring SWMM's binary results back as well.
    scratch : Path or None
        Folder for the worker's files; None takes the machine's own.
    gutters : tuple of Gutter
        The model's, whose depths are told as flooding.
    """

    key: str
    text: str
    files: tuple[tuple[str, bytes], ...]
    mark_s: float | None
    series: SeriesRequest
    keep_out: bool = False
    scratch: Path | None = None
    gutters: tuple[Gutter, ...] = ()


@dataclass(frozen=True)
class EngineAnswer:
    """The answer to a task: the packed result, SWMM's report, and the binary results if asked for."""

    status: str
    message: str
    engine_version: str
    content: bytes
    report: str
    out: bytes | None = None


def run_task(task: EngineTask) -> EngineAnswer:
    """Run the engine in a folder of this process, which holds the files of one run at a time.

    Raises
    ------
    OSError
        The disk is full, or the folder cannot be written: nothing that was computed is to be trusted.
    """
    # In the worker: the engine comes with pyswmm, for which who only plans a batch need not wait.
    from spongecalc.swmm.engine import run_inp  # noqa: PLC0415
    from spongecalc.swmm.gutter_water import with_gutter_water  # noqa: PLC0415

    folder = _own_folder(task.scratch)
    inp = folder / INPUT
    inp.write_text(task.text, encoding="utf-8", newline="\n")
    for name, content in task.files:
        (folder / name).write_bytes(content)
    try:
        result = run_inp(inp, folder, mark_s=task.mark_s, series=task.series, keep_out=task.keep_out)
        result = with_gutter_water(result, task.gutters)
    except Exception:
        # What a full disk cut short cannot be read either, and that is no fault of the model or of ours.
        refuse_little_room(folder)
        raise
    report = decode((folder / REPORT).read_bytes())[0] if (folder / REPORT).exists() else ""
    finished = bool(result.totals_m3)
    cut = (finished and _REPORT_IS_WHOLE not in report) or any(
        m.key in ENGINE_CANNOT_WRITE for m in result.messages
    )
    refuse_little_room(folder, whole=not cut)
    out = folder / OUT
    return EngineAnswer(
        result.status,
        result.messages[0].key if result.messages else "",
        result.engine_version,
        packed(result, report, task.key),
        report,
        out.read_bytes() if task.keep_out and out.exists() else None,
    )


def _own_folder(scratch: Path | None) -> Path:
    """This process's folder, with nothing of its last run in it.

    Its files are removed, not written over: some file systems (ext4) write a file that was cut to nothing to the
    disk at once, and a run would wait for that.
    """
    folder = scratch / str(os.getpid()) if scratch else _machine_folder()
    folder.mkdir(exist_ok=True)
    for left in folder.iterdir():
        left.unlink()
    return folder


@lru_cache(maxsize=1)
def _machine_folder() -> Path:
    """A folder on a machine of a cluster, where no caller looks after it: a later process there removes it."""
    _remove_left_behind()
    return Path(tempfile.mkdtemp(prefix=_SCRATCH, suffix=f"-of-{os.getpid()}"))


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for the runs of this process; those of processes that are gone are removed."""
    _remove_left_behind()
    folder = Path(tempfile.mkdtemp(prefix=_SCRATCH, suffix=f"-of-{os.getpid()}"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_dead(scratch: Path) -> None:
    """Remove the folders of workers that are gone."""
    for left in scratch.iterdir():
        if not _is_alive(left.name):
            shutil.rmtree(left, ignore_errors=True)


def _remove_left_behind() -> None:
    for left in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*-of-*"):
        if not _is_alive(left.name.rpartition("-")[2]):
            shutil.rmtree(left, ignore_errors=True)


def _is_alive(process_id: str) -> bool:
    if os.name != "posix" or not process_id.isdigit():
        return True  # not to be found out without harm: leave the folder alone
    try:
        os.kill(int(process_id), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True

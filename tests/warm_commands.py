"""A process that runs commands of spongecalc in copies of itself, so that hundreds of them need not import anew.

Each command is a process of its own, with a misfortune at the write of a number if it is asked for: writes of
Python are counted by an audit hook, those of GDAL where it is called. Worker processes come from one server for
all. Requests are lines of JSON on standard input, answers lines of JSON on standard output.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from multiprocessing import forkserver, resource_tracker
from pathlib import Path
from typing import Any

from spongecalc.batch.pool import get_ready
from tests.conftest import REPOSITORY
from tests.disks import fill_up, remount

WRITES = ("os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.truncate", "sqlite3.connect", "native.write")
NATIVE = "native.write"
REFUSALS = {"quota": errno.EDQUOT, "damaged": errno.EIO, "no right": errno.EACCES, "read-only": errno.EROFS}
"""Kinds of misfortune that are errors of the system at a write and at every later one."""
PRELOADED = (
    "spongecalc.cli.app",
    "spongecalc.cli.incremental",
    "spongecalc.cli.project_commands",
    "spongecalc.cli.status",
    "spongecalc.cli.store",
    "spongecalc.cli.sweep",
    "spongecalc.cli.roundtrip",
    "spongecalc.cli.export_command",
    "spongecalc.export.landxml",
    "spongecalc.cli.due_work",
    "spongecalc.report.render.formats",
    "spongecalc.report.render.html_page",
    "spongecalc.report.render.word_report",
    "spongecalc.report.render.workbook",
    "spongecalc.report.render.long_section_dxf",
    "spongecalc.assess.outfall_tracers",
)
YEAR_S = 366 * 86400


@dataclass(frozen=True)
class Call:
    """A command with its misfortune.

    ``disk`` is the folder whose writes are counted; ``fault`` what happens at the write of number ``at``:
    "" (nothing), "full", "kill", "kill a worker", "vanish" (the folder ``gone``), or one of ``REFUSALS``.
    ``clock_s`` is added to what the clock says; ``list_to`` a file for the names of the writes.
    """

    words: tuple[str, ...]
    disk: str
    fault: str = ""
    at: int = -1
    gone: str = ""
    clock_s: float = 0.0
    list_to: str = ""
    temp: str = ""


@dataclass(frozen=True)
class Ended:
    """The end of a command: its exit code (negative: the signal), what it said, and if its misfortune came."""

    code: int
    output: str
    errors: str
    seconds: float


class WarmCommands:
    """Commands in warm processes; a context, at whose end the process is gone."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm_commands"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join((str(REPOSITORY), str(REPOSITORY / "src"))),
                "PYTHONUNBUFFERED": "1",
                "COLUMNS": "1000",
            },
        )

    def __enter__(self) -> WarmCommands:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)

    def run(self, *calls: Call) -> list[Ended]:
        """Run calls at the same time; their ends in their order."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([asdict(c) for c in calls]) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the process that runs commands has ended"
        return [Ended(**e) for e in json.loads(answer)]


class Misfortune:
    """Counts the writes below a folder, and does what was asked for at the one of a number."""

    def __init__(self, call: Call) -> None:
        self._call, self._disk = call, os.path.realpath(call.disk)
        self._count, self._on, self._pid = 0, False, os.getpid()
        self.refused: int | None = None
        self.names: list[str] = []

    def hook(self, event: str, args: tuple[Any, ...]) -> None:
        if self._on or os.getpid() != self._pid or not (event == "open" or event in WRITES) or not args:
            return
        if event == "open" and not (
            isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        ):
            return
        path = args[0]
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        if not isinstance(path, str | os.PathLike) or not os.path.abspath(path).startswith(self._disk):  # noqa: PTH100
            return
        if event in ("os.remove", "os.rmdir") and not os.path.lexists(path):
            return
        if event == "os.mkdir" and os.path.isdir(path):  # noqa: PTH112  no audit event of its own
            return
        self._on = True  # what is done here is not counted
        try:
            self._counted(event, os.path.abspath(path))  # noqa: PTH100
        finally:
            self._on = False

    def _counted(self, event: str, path: str) -> None:
        number = self._count
        self._count += 1
        self.names.append(f"{event} {os.path.relpath(path, self._disk)}")
        if number == self._call.at:
            self._happen()
        if self.refused is not None:
            raise OSError(self.refused, os.strerror(self.refused), path)

    def _happen(self) -> None:
        fault = self._call.fault
        if fault == "read-only" and os.path.ismount(self._disk) and remount(Path(self._disk), "ro"):
            return
        if fault in REFUSALS:
            self.refused = REFUSALS[fault]
        elif fault == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif fault == "kill a worker":
            for pid in workers()[:1]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        elif fault == "vanish":
            shutil.rmtree(self._call.gone, ignore_errors=True)
        elif fault == "full":
            fill(Path(self._disk))


def fill(disk: Path) -> None:
    """Fill a small disk to its last byte; where it is none, let this process write no byte more."""
    if not os.path.ismount(disk):
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        return
    fill_up(disk)


def workers() -> list[int]:
    """Worker processes at work: the children of the server that all of them come from."""
    server = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError, IndexError):
            if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == server:
                found.append(int(entry.name))
    return found


def _patched_clock(offset_s: float) -> None:
    """Set this process's clock forward or back, as far as Python reads it."""
    import datetime as of_datetime

    true_time, true_ns = time.time, time.time_ns
    time.time = lambda: true_time() + offset_s
    time.time_ns = lambda: true_ns() + int(offset_s * 1e9)

    class Shifted(of_datetime.datetime):
        @classmethod
        def now(cls, tz: of_datetime.tzinfo | None = None) -> of_datetime.datetime:
            return super().now(tz) + of_datetime.timedelta(seconds=offset_s)

    from spongecalc.batch import watch

    watch.datetime = Shifted  # type: ignore[misc]


def _native(function: Callable[..., Any]) -> Callable[..., Any]:
    def told(frame: Any, path: Any, *args: Any, **kwargs: Any) -> Any:
        sys.audit(NATIVE, str(path))
        return function(frame, path, *args, **kwargs)

    return told


def _do(call: Call) -> None:
    """Run one command in this process, which ends with it."""
    import pyogrio

    from spongecalc.cli.app import main

    pyogrio.write_dataframe = _native(pyogrio.write_dataframe)
    # The server that workers come from is one of the process that this one is a copy of.
    forkserver._forkserver.ensure_running = lambda: None  # type: ignore[attr-defined]
    forkserver.ensure_running = lambda: None
    if call.temp:
        os.environ["TMPDIR"] = call.temp
        import tempfile

        tempfile.tempdir = None
    if call.clock_s:
        _patched_clock(call.clock_s)
    misfortune = Misfortune(call)
    sys.addaudithook(misfortune.hook)
    sys.argv = ["spongecalc", *call.words]
    code: Any = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    except BaseException:
        import traceback

        traceback.print_exc()
        code = 99
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    if call.list_to:
        misfortune._on = True
        Path(call.list_to).write_text("\n".join(misfortune.names), encoding="utf-8")
    os._exit(code if isinstance(code, int) else 1)


def _begin(call: Call, number: int, folder: Path) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        for stream, name in ((1, "out"), (2, "err")):
            file = os.open(folder / f"{number}.{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(file, stream)
            os.close(file)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        _do(call)
    finally:
        os._exit(98)


def _served(calls: Sequence[Call], folder: Path) -> list[Ended]:
    began = time.monotonic()
    get_ready()
    ends: dict[int, Ended] = {}
    for number, pid in [(number, _begin(call, number, folder)) for number, call in enumerate(calls)]:
        _, status = os.waitpid(pid, 0)
        said = [(folder / f"{number}.{n}").read_text(encoding="utf-8", errors="replace") for n in ("out", "err")]
        ends[number] = Ended(os.waitstatus_to_exitcode(status), *said, time.monotonic() - began)
    if any(end.code != 0 for end in ends.values()):
        _end_server()
    return [ends[n] for n in range(len(calls))]


def _end_server() -> None:
    """End the server of workers, which may be about to end by itself.

    Python's ends where a command goes while it asks for a worker; that of a command by itself goes with it.
    """
    server = forkserver._forkserver  # type: ignore[attr-defined]
    os.kill(server._forkserver_pid, signal.SIGKILL)
    server._stop()


def main() -> None:
    """Import what commands need, then run them as they are asked for."""
    from importlib import import_module
    from tempfile import TemporaryDirectory

    from spongecalc.cli.library_warnings import quiet_libraries

    # What the engine says in a worker is not to come between the answers.
    out = os.fdopen(os.dup(1), "w")
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    quiet_libraries()
    for name in PRELOADED:
        import_module(name)
    get_ready()
    resource_tracker.ensure_running()
    with TemporaryDirectory(prefix="spongecalc-test-") as folder:
        for line in sys.stdin:
            calls = [Call(**{**c, "words": tuple(c["words"])}) for c in json.loads(line)]
            out.write(json.dumps([asdict(e) for e in _served(calls, Path(folder))]) + "\n")
            out.flush()


if __name__ == "__main__":
    main()

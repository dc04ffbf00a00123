"""NetCDF of version 4 (HDF5), read by a process of its own: a damaged file can hold its library for ever.

The process is started on first use, answers for one file after the other, and goes with the program. Where it
takes too long, or a file has ended it, the file is refused and the next one gets a new process.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from spongecalc.gate.entrance import standing_in
from spongecalc.gate.limits import MB
from spongecalc.gate.not_admitted import NotAdmittedError, PointerError, TooLargeError
from spongecalc.gate.territory import limits_of

LEAST_S = 2.0
"""Processor time that any answer may take [s]; of a sound file of a few MB it takes some milliseconds."""
S_PER_MB = 0.2
"""Processor time for each MB of the file, ten times what unpacking takes [s]."""
WAITED = 15.0
"""How many times the processor time an answer may take by the clock: disks and busy machines are slow."""
# Without -P the folder that the program is called in, a project with files of anyone, would come first.
PROGRAM = ("-P", "-m", "spongecalc.gate.hdf5_worker")
START_S = 60.0
"""Seconds by the clock that the process may take to start."""


def _end_late(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


def _array(stream: IO[bytes], told: dict[str, Any]) -> tuple[dict[str, Any], np.ndarray | None]:
    """The array that follows in pieces; where one is told to fail, that failure instead of what was told."""
    values, at = bytearray(told["bytes"]), 0
    while at < len(values):
        piece = json.loads(stream.readline())
        if "error" in piece:
            return piece, None
        end = at + int(piece["bytes"])
        content = stream.read(end - at)
        if len(content) != end - at or end > len(values):
            raise EOFError
        values[at:end] = content
        at = end
    return told, np.frombuffer(values, told["dtype"]).reshape(told["shape"])


class DamagedError(Exception):
    """A failure that the library says of a file, in its own words."""


class ReadingProcess:
    """The process that reads, started when it is first asked, and anew once it is gone."""

    def __init__(self, program: tuple[str, ...] = PROGRAM) -> None:
        self.program, self.lock = program, threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    @property
    def is_running(self) -> bool:
        """True where there is a process that holds a file."""
        return self._process is not None

    def ask(self, path: Path, /, **asked: object) -> tuple[dict[str, Any], np.ndarray | None]:
        """The answer about a file, and its array where there is one.

        Raises
        ------
        NotAdmittedError
            It took too long, or the process ended over it.
        DamagedError
            What the library says.
        MemoryError, RecursionError
            As they arose there.
        """
        seconds = LEAST_S + S_PER_MB * path.stat().st_size / MB
        with self.lock:
            process = self._running()
            assert process.stdin is not None
            assert process.stdout is not None
            late = threading.Event()
            watch = threading.Timer(START_S + seconds * WAITED, _end_late, (process, late))
            watch.daemon = True
            watch.start()
            try:
                process.stdin.write(json.dumps({**asked, "seconds": seconds}).encode() + b"\n")
                process.stdin.flush()
                told = json.loads(process.stdout.readline())
                array = None
                if "dtype" in told:
                    told, array = _array(process.stdout, told)
            except (OSError, ValueError, EOFError):
                ended = self.end()
                if late.is_set() or ended == -_SIGXCPU:
                    raise NotAdmittedError("too_long", seconds=f"{seconds:.0f}") from None
                raise NotAdmittedError("reader_ended", code=str(ended)) from None
            except BaseException:  # half an answer is left: nobody is to take it for the next
                self.end()
                raise
            finally:
                watch.cancel()
        if "error" in told:
            raise {"memory": MemoryError, "depth": RecursionError}.get(told["error"], DamagedError)(told["words"])
        return told, array

    def end(self) -> int:
        """End the process, if there is one; gives its exit code."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return 0
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        try:
            return process.wait(1.0)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def _running(self) -> subprocess.Popen[bytes]:
        # A process that was forked off has its parent's pipes, but may not use them.
        if self._process is None or self._owner != os.getpid() or self._process.poll() is not None:
            self.end()
            self._owner = os.getpid()
            self._process = subprocess.Popen(
                [sys.executable, *self.program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
            )
        return self._process


_SIGXCPU = 24
_READER = ReadingProcess()
atexit.register(_READER.end)


class Variable:
    """A variable of an open file: attributes by name, its ``dimensions``, and its values as they are stored."""

    def __init__(self, path: Path, name: str, dimensions: list[str], attributes: Mapping[str, object]) -> None:
        self._path, self._name, self._attributes = path, name, attributes
        self.dimensions = tuple(dimensions)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_attributes"][name]
        except KeyError:
            raise AttributeError(name) from None

    def __getitem__(self, whole: slice) -> np.ndarray:
        """All values; raises TooLargeError where there are more than are read at a time."""
        most = limits_of(self._path).raster_limit
        told, array = _READER.ask(self._path, ask="values", name=self._name, most=most)
        if "count" in told:
            raise TooLargeError.of_count("raster_limit", told["count"], most)
        if array is None:
            array = np.array(told["texts"], dtype=object).reshape(told["shape"])
        return array[whole] if array.ndim else array


class Opened:
    """A file that is open: its ``variables`` by name."""

    def __init__(self, path: Path) -> None:
        told, _ = _READER.ask(path, ask="variables", path=str(path.absolute()))
        self.variables = {
            name: Variable(path, name, held["dimensions"], held["attributes"])
            for name, held in told["variables"].items()
        }


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """A NetCDF file of version 4, looked through for links to other files and opened.

    Raises
    ------
    NotAdmittedError
        It has links, or it took too long.
    ModuleNotFoundError
        The library is not installed.
    DamagedError
        What the library says of a damaged one.
    """
    standing_in()
    refuse_hdf5_links(path)
    if importlib.util.find_spec("h5netcdf") is None:
        raise ModuleNotFoundError("h5netcdf")
    with _READER.lock:  # another thread's file is not to be taken for this one
        try:
            yield Opened(path)
        finally:
            if _READER.is_running:
                _READER.ask(path, ask="close")


def refuse_hdf5_links(path: Path) -> None:
    """Refuse a file whose values lie in other files; without the library to ask, every file.

    Raises
    ------
    NotAdmittedError
        It has such links, or nobody can say.
    DamagedError
        What the library says of a damaged one.
    """
    if importlib.util.find_spec("h5py") is None:
        raise NotAdmittedError("needs_netcdf", extra="spongecalc[netcdf]")
    told, _ = _READER.ask(path, ask="links", path=str(path.absolute()))
    if told["link"]:
        raise PointerError(f"HDF5: {told['link']}")

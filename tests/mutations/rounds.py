"""Rounds of damage: sound files are damaged one after the other and read in a process of their own."""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.mutations.damage import SEED, damaged, timeless
from tests.mutations.forms import FORMS, Form
from tests.small_project import write_small_project

LONGEST_S = 10.0
"""Seconds of processor time that a file may take: a machine that does much else is no hang."""
LONGEST_WAIT_S = 180.0
"""Seconds that a file may take by the clock, whatever it does."""
LIMIT_BYTES = 1_500_000_000
"""Memory that reading may take beyond what the process has once it is ready."""
REPOSITORY = Path(__file__).resolve().parents[2]
# Fates that must not be.
BAD = ("traceback", "fault", "wordless", "hang", "crash")


@dataclass
class Tally:
    """What came of the files of one form: how many of each fate, the words of those that must not be, memory."""

    form: str
    fates: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    more_bytes: int = 0
    longest_s: float = 0.0

    @property
    def files(self) -> int:
        """Number of files."""
        return self.fates.total()

    def row(self) -> str:
        """A line of the table."""
        bad = ", ".join(f"{name} {self.fates[name]}" for name in BAD)
        ends = f"refused with message {self.fates['refused']:5}, read {self.fates['read']:5}"
        most = f"at most +{self.more_bytes / 1e6:.0f} MB and {self.longest_s:.1f} s"
        return f"{self.form:12} {self.files:5} files, {ends}, {bad}; {most}"


class Reader:
    """The process that reads, as a context; started again where a file ended it or held it too long.

    ``program`` stands in for it in a test of this guard.
    """

    def __init__(self, environment: dict[str, str] | None = None, program: str | None = None) -> None:
        self._command = ["-m", "tests.mutations.child"] if program is None else ["-c", program]
        self._environment = {**os.environ, **(environment or {}), "PYTHONFAULTHANDLER": "1"}
        self._process: subprocess.Popen[bytes] | None = None
        self._left = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def answer(self, form: str, folder: Path, *, whole: bool) -> dict[str, object]:
        """The answer to a folder's files; "hang" after LONGEST_S, "crash" where the process is gone."""
        process = self._process or self._started()
        assert process.stdin is not None
        asked = {"form": form, "folder": str(folder), "whole": whole}
        process.stdin.write(json.dumps(asked).encode() + b"\n")
        process.stdin.flush()
        before_s = _processor_s(process)
        line = self._line(process, before_s + LONGEST_S)
        if line:
            return {**json.loads(line), "seconds": _processor_s(process) - before_s}
        ended = process.poll()
        self._end()
        if line is None:
            return {"fate": "hang", "words": f"over {LONGEST_S:g} s"}
        return {"fate": "crash", "words": f"exit code {process.wait() if ended is None else ended}"}

    def _started(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(
            [sys.executable, *self._command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=REPOSITORY,
            env=self._environment,
        )
        self._left = b""
        assert self._line(self._process, LONGEST_WAIT_S), "the reader does not start"
        return self._process

    def _line(self, process: subprocess.Popen[bytes], until_s: float) -> bytes | None:
        """The next line; b"" where the process is gone, None where it worked until then or waited too long."""
        assert process.stdout is not None
        waited_until = time.monotonic() + LONGEST_WAIT_S
        while b"\n" not in self._left:
            if not select.select([process.stdout], [], [], 0.2)[0]:
                if process.poll() is not None:
                    return b""
                if _processor_s(process) > until_s or time.monotonic() > waited_until:
                    return None
                continue
            piece = os.read(process.stdout.fileno(), 65536)
            if not piece:
                return b""
            self._left += piece
        line, _, self._left = self._left.partition(b"\n")
        return line

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    stream.close()
            self._process = None


def _processor_s(process: subprocess.Popen[bytes]) -> float:
    """Processor time that a process and those it started have taken so far [s]; 0 for one that is gone."""
    return sum(_taken_s(pid) for pid in (process.pid, *_started_by(process.pid)))


def _taken_s(pid: int) -> float:
    try:
        after = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    # Its own, and that of what it started and has seen the end of.
    return sum(map(int, after[11:15])) / os.sysconf("SC_CLK_TCK")


def _started_by(pid: int) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def mutants(form: str, folder: Path, count: int, seed: int = SEED) -> Iterator[int]:
    """Damage one file of a form at a time in a folder that has its sound files; gives the number of each."""
    names = FORMS[form].write(folder)
    sound = {name: timeless((folder / name).read_bytes()) for name in names}
    # By what they say: an empty file has little to damage.
    names = [name for name in names if sound[name]]
    for number in range(count):
        dice = random.Random(f"{seed} {form} {number}")
        name = names[number % len(names)]
        (folder / name).write_bytes(damaged(sound[name], dice))
        yield number
        (folder / name).write_bytes(sound[name])


def rounds(form: str, folder: Path, count: int, reader: Reader, *, every: int = 20, seed: int = SEED) -> Tally:
    """What comes of damaged files of a form; each ``every``-th goes through the reading of whole layers."""
    tally = Tally(form)
    folder.mkdir(parents=True)
    for number in mutants(form, folder, count, seed):
        _note(tally, number, reader.answer(form, folder, whole=number % every == 0))
    shutil.rmtree(folder)
    return tally


def _note(tally: Tally, number: int, answer: dict[str, object], of: str = "") -> None:
    fate = str(answer["fate"])
    tally.fates[fate] += 1
    tally.more_bytes = max(tally.more_bytes, int(str(answer.get("more_bytes", 0))))
    tally.longest_s = max(tally.longest_s, float(str(answer.get("seconds", 0.0))))
    if fate in BAD:
        tally.told.append(f"{tally.form} {of} {number}: {fate}: {answer['words']}")


def checked_rounds(folder: Path, each: int, reader: Reader, seed: int = SEED) -> Tally:
    """What ``check`` says of a small project, a source of which is damaged; the other communities go on."""
    tally = Tally("check")
    for form in (f for f in FORMS.values() if f.sources):
        project = write_small_project(folder / form.name, toml=lambda text, form=form: with_source(text, form))
        for number in mutants(form.name, project.folder, each, seed + 1):
            _note(tally, number, reader.answer("check", project.folder, whole=True), of=form.name)
        shutil.rmtree(project.folder)
    return tally


def with_source(text: str, form: Form) -> str:
    """The settings of the small project with a form's layers of C in the place of its own."""
    more = []
    for layer, given in form.sources.items():
        text = text.replace(f'[[layers.{layer}]]\nsource = "c.gpkg"\nlayer = "{layer}"\n', "")
        said = given[0].model_dump(mode="json", by_alias=True, exclude_unset=True)
        lines = [f"{key} = {_value(value)}" for key, value in said.items() if value is not None]
        more.append("\n".join([f"[[layers.{layer}]]", *lines]))
    return text.replace("[rainfall]", "\n\n".join([*more, "[rainfall]"]), 1)


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {_value(v)}" for k, v in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)

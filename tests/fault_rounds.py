"""Rounds of misfortune with a small project: something befalls a command, then it is given again undisturbed.

What the project holds in the end must be what a project holds that nothing ever happened to, bit for bit. The
disk is a file system of its own in memory where one may be mounted (root), which fills up and is mounted
read-only as any disk is. Where none may be, a limit on the size of files stands in for a full disk, and errors of
the system for a read-only one.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import time
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from spongecalc.steps.model_files import EDITED
from tests.disks import remount, small_disk
from tests.small_project import write_one_square
from tests.warm_commands import YEAR_S, Call, Ended, WarmCommands

DISK_BYTES = 24_000_000
KINDS = (
    "kill a worker",
    "kill",
    "full",
    "read-only",
    "quota",
    "damaged",
    "no right",
    "clock forward",
    "clock back",
    "vanish",
    "two at once",
    "flipped bits",
    "cut",
    "emptied",
)
OF_THE_DISK = ("full", "read-only", "quota", "damaged", "no right")
SETTINGS = """
[document]
formats = ["html", "xlsx", "profiles"]
[[sweeps]]
name = "width"
scenarios = ["after"]
values = { "factor.width" = [2] }
"""
STATE = ".spongecalc"
RUN, ALL = "run", "all"
OTHERS: dict[str, tuple[str, ...]] = {
    "export": ("export", "{project}", "--quiet"),
    "sweep": ("sweep", "width", "{project}", "--jobs", "2", "--quiet"),
    "store": ("store", "{project}", "--quiet"),
    "roundtrip": ("roundtrip", "{project}/swmm_models/A/after.inp", "--keep", "{project}/again.inp"),
}
"""Words of commands that begin with runs already made, by command."""
KINDS_OF_OTHERS = ("full", "kill")


@dataclass
class Tally:
    """What came of the rounds: their number by kind, messages, and what must not be."""

    rounds: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    tracebacks: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def lines(self) -> list[str]:
        """The figures as text."""
        kinds = [
            f"  {kind}: {n} rounds, {self.struck[kind]} ended the command" for kind, n in self.rounds.items()
        ]
        return [
            f"{sum(self.rounds.values())} rounds in {self.seconds:.0f} s",
            *kinds,
            f"  messages {self.messages}, tracebacks {len(self.tracebacks)}, "
            f"differences {len(self.differences)}, ends without one message {len(self.unsaid)}",
        ]


def contents(folder: Path) -> dict[str, object]:
    """What a project holds, by file: all bytes, but for the seconds that runs took and the engine's dates.

    What spongecalc remembers for itself is none of it, nor what a writer that was killed left beside a file.
    """
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if (
            not path.is_file()
            or STATE in path.parts
            or path.name in (".order", "model.rpt")
            or ".part" in path.name
        ):
            continue
        content = path.read_bytes()
        if name.endswith(".json.gz"):
            found[name] = _result(content)
        elif name == "results/runs.csv":
            rows = [line.split(",") for line in content.decode("utf-8-sig").splitlines()]
            at = rows[0].index("seconds") if rows and "seconds" in rows[0] else len(content)
            found[name] = [row[:at] + row[at + 1 :] for row in rows]
        else:
            found[name] = content
    return found


def _result(content: bytes) -> object:
    """A stored result but for its seconds and SWMM's report, which holds dates; the bytes where it is damaged."""
    try:
        head, body, series = gzip.decompress(content).split(b"\n", 2)
        facts = {k: v for k, v in json.loads(head).items() if k != "seconds"}
        told = json.loads(body)
        return facts, json.dumps([told["result"], told["series"]]), series
    except (OSError, EOFError, ValueError, zlib.error):
        return content


class FaultRounds:
    """A project on a small disk that things happen to.

    Parameters
    ----------
    folder
        An empty folder: for the disk, and for the states that rounds begin with.
    warm
        Where commands run.
    seed
        Of what happens when.
    """

    def __init__(self, folder: Path, warm: WarmCommands, disk: Path, seed: int) -> None:
        self._folder, self._warm, self._disk = folder, warm, disk
        self._luck = random.Random(seed)
        self._project = disk / "project"
        self._temp = disk / "temp"
        self._temp.mkdir()
        self.tally = Tally()
        self.last: Path | None = None
        self.writes: dict[str, list[str]] = {}
        self.wanted: dict[str, dict[str, object]] = {}
        self.figures: dict[str, str] = {}

    def prepare_others(self) -> None:
        """Make the state that rounds of other commands begin with, and what each of them makes of it."""
        write_one_square(self._project, lambda text: text + SETTINGS)
        shutil.copytree(self._project, self._folder / f"before {RUN}")
        assert self._call(RUN).code == 0
        for command in OTHERS:
            shutil.copytree(self._project, self._folder / f"before {command}")
        for command in OTHERS:
            self._restore("before", command)
            self._list(command)

    def _list(self, command: str) -> None:
        """Run a command undisturbed; its writes and what came of it are noted."""
        listed = self._folder / f"writes of {command}"
        ended = self._call(command, list_to=str(listed))
        assert ended.code == 0, ended
        self.writes[command] = listed.read_text("utf-8").splitlines()
        self.wanted[command] = contents(self._project)
        self.figures[command] = ended.output

    def prepare(self) -> None:
        """Make the states that rounds begin with and must end with, and list each command's writes."""
        write_one_square(self._project, lambda text: text + SETTINGS)
        shutil.copytree(self._project, self._folder / f"before {RUN}")
        for command in (RUN, ALL):
            if command == ALL:
                for left in (self._project / "results" / STATE).glob("*.json"):
                    left.unlink()
                shutil.copytree(self._project, self._folder / f"before {ALL}")
            self._list(command)
            shutil.copytree(self._project, self._folder / f"after {command}")

    def play(self, number: int, command: str, kind: str = "") -> None:
        """One round; what came of it goes to the tally."""
        kind = kind or KINDS[number % len(KINDS)]
        self.last = None
        finished = kind.startswith("clock") or kind in ("flipped bits", "cut", "emptied")
        self._restore("after" if finished else "before", command)
        ends = self._disturbed(kind, command)
        wanted = dict(self.wanted[command])
        if self.last is not None and self.last.suffix == ".inp":
            # What is not the model that was written may be somebody's work: it is kept beside the new one.
            kept = self.last.with_suffix(EDITED).relative_to(self._project).as_posix()
            wanted[kept] = self.last.read_bytes()
        self._mend()
        what = f"round {number}, {kind}, {command}, {self.last.name if self.last else ''}"
        self.tally.rounds[kind] += 1
        self.tally.struck[kind] += any(e.code != 0 for e in ends)
        for ended in ends:
            self._judge(ended, kind, what)
        again = self._call(command)
        if again.code != 0 or "Traceback" in again.errors + again.output:
            self.tally.tracebacks.append(f"{what}: afterwards {again}")
        now = contents(self._project)
        for name in sorted({*now, *wanted}):
            if now.get(name) != wanted.get(name):
                self.tally.differences.append(f"{what}: {name}")
        # What a round trip finds, it says; nor may it say anything else while the disk is full.
        said = [e.output for e in (*ends, again) if e.code == 0] if command == "roundtrip" else []
        if any(output != self.figures[command] for output in said):
            self.tally.differences.append(f"{what}: what it says")

    def _judge(self, ended: Ended, kind: str, what: str) -> None:
        said = ended.output + ended.errors
        if "Traceback" in said or ended.code not in (0, 3, -9):
            self.tally.tracebacks.append(f"{what}: {ended.code} {said}")
        # A long sentence is broken into lines where nobody looks at a terminal.
        whole = " ".join(ended.errors.split())
        sentences = [s for s in whole.split("the same command goes on from there.") if s.strip()]
        self.tally.messages += ended.code == 3
        told = any(word in ended.errors for word in ("cannot be written", "cannot be read"))
        told = told and "the output cannot" not in ended.errors  # it goes to another disk
        if ended.code == 3 and kind in OF_THE_DISK and not (len(sentences) == 1 and told):
            self.tally.unsaid.append(f"{what}: {sentences}")

    def _restore(self, state: str, command: str) -> None:
        shutil.rmtree(self._project, ignore_errors=True)
        shutil.copytree(self._folder / f"{state} {command}", self._project)

    def _mend(self) -> None:
        """Make the disk as it was, with room and writable."""
        if os.path.ismount(self._disk):
            remount(self._disk, "rw")
        (self._disk / "filler").unlink(missing_ok=True)
        self._temp.mkdir(exist_ok=True)
        if not (
            self._project / "spongecalc.toml"
        ).is_file():  # the project itself was deleted: its owner brings it back
            shutil.copytree(self._folder / f"before {RUN}", self._project, dirs_exist_ok=True)

    def _disturbed(self, kind: str, command: str) -> list[Ended]:
        luck = self._luck
        at = luck.randrange(len(self.writes[command]))
        if kind in ("kill", "kill a worker", *OF_THE_DISK):
            return [self._call(command, fault=kind, at=at)]
        if kind == "vanish":
            gone = luck.choice(("results", "results/runs", "swmm_models", "report", "."))
            return [self._call(command, fault=kind, at=at, gone=str(self._project / gone))]
        if kind.startswith("clock"):
            by_s = YEAR_S if kind == "clock forward" else -YEAR_S
            for path in self._project.rglob("*"):
                os.utime(path, (time.time() - by_s,) * 2)
            runs = sorted((self._project / "results" / "runs").glob("*/*/*/*.json.gz"))
            luck.choice(runs).unlink()
            return [self._call(command, clock_s=by_s)]
        if kind == "two at once":
            return self._warm.run(self._words(command), self._words(command))
        self.last = luck.choice(self._damageable())
        damage(self.last, kind, luck)
        return []

    def _damageable(self) -> list[Path]:
        """Files that a later call builds on: spongecalc's own state, and what it recorded as made."""
        state = self._project / "results" / STATE
        own = sorted(state.glob("*.json"))
        made = [p for p in sorted(self._project.rglob("*")) if p.is_file() and p.name.endswith(".json.gz")]
        kept = [p for p in (self._project / "results").glob("*") if p.is_file()]
        return [*own, *made, *sorted(kept), *sorted((self._project / "swmm_models").rglob("*.inp"))]

    def _words(self, command: str, **more: object) -> Call:
        own = OTHERS.get(command, (command, "{project}", "--jobs", "2", "--quiet"))
        words = (*(word.format(project=self._project) for word in own), "--lang", "en")
        return Call(words, str(self._disk), temp=str(self._temp), **more)  # type: ignore[arg-type]

    def _call(self, command: str, **more: object) -> Ended:
        return self._warm.run(self._words(command, **more))[0]


def damage(path: Path, kind: str, luck: random.Random) -> None:
    """Flip some bits of a file, cut it, or empty it."""
    content = bytearray(path.read_bytes())
    if kind == "flipped bits" and content:
        for _ in range(luck.randint(1, 8)):
            content[luck.randrange(len(content))] ^= 1 << luck.randrange(8)
    elif kind == "cut" and content:
        del content[luck.randrange(len(content)) :]
    else:
        content.clear()
    path.write_bytes(bytes(content))


def play_rounds(folder: Path, rounds: int, seed: int, every_nth_of_all: int) -> tuple[Tally, bool]:
    """Play rounds; what came of them, and whether the disk was a real one.

    Every n-th round is of ``spongecalc all`` on runs already made, the others of ``spongecalc run`` from nothing.
    """
    began = time.monotonic()
    with WarmCommands() as warm, small_disk(folder / "disk", DISK_BYTES) as mounted:
        played = FaultRounds(folder, warm, folder / "disk", seed)
        played.prepare()
        for number in range(rounds):
            played.play(number, ALL if number % every_nth_of_all == every_nth_of_all - 1 else RUN)
        played.tally.seconds = time.monotonic() - began
        return played.tally, mounted


def play_rounds_of_others(folder: Path, rounds: int, seed: int) -> tuple[Tally, bool]:
    """Play some rounds of each kind with each of the commands that begin with runs already made."""
    began = time.monotonic()
    with WarmCommands() as warm, small_disk(folder / "disk", DISK_BYTES) as mounted:
        played = FaultRounds(folder, warm, folder / "disk", seed)
        played.prepare_others()
        for command in OTHERS:
            for number in range(rounds):
                for kind in KINDS_OF_OTHERS:
                    played.play(number, command, kind)
        played.tally.seconds = time.monotonic() - began
        return played.tally, mounted

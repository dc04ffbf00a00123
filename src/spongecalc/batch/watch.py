"""The progress of a batch: a bar with rate and time left, events for programs, and a log file."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from spongecalc.batch.run import Run, RunDone
from spongecalc.batch.unchanged import STATE
from spongecalc.language import text
from spongecalc.progress import Progress

if TYPE_CHECKING:
    from spongecalc.project.load import Project

KEPT_LOGS = 20
# Logs of earlier versions have no number; other files in the folder are none of ours.
_LOG_NAME = re.compile(r"((?P<number>\d{6,9})-)?\d{8}T\d{6}\.\d{6}\.jsonl")


class Watch:
    """Follows one batch.

    ``made`` counts the runs that were made in this call, ``failed`` those of them that failed; ``total`` the
    communities that the batch is for.
    """

    def __init__(
        self,
        runs: Sequence[Run],
        progress: Progress,
        log: TextIO | None,
        events: TextIO | None,
        language: str = "en",
    ) -> None:
        self.made = self.failed = 0
        self._language = language
        self._note = ""
        self._communities = {run.run_id: run.communities for run in runs}
        self._left: dict[str, int] = {}
        self.total = len({community for run in runs for community in run.communities})
        self._progress, self._log, self._events = progress, log, events
        self._began = time.monotonic()

    def due(self, run_ids: Collection[str]) -> None:
        """Told which runs will be made: a community is done when none of its runs is left."""
        self._left = {}
        for run_id in run_ids:
            for community in self._communities[run_id]:
                self._left[community] = self._left.get(community, 0) + 1

    def progress(self, step: str, done: int, total: int, note: str = "") -> None:
        """Told by the step how far it is."""
        self._progress(step, done, total, note or self._note)

    def event(self, event: RunDone) -> None:
        """Told of a run that was made."""
        self.made += 1
        self.failed = event.failed
        for community in self._communities[event.run_id]:
            self._left[community] -= 1
            if self._left[community] == 0:
                del self._left[community]
        elapsed_s = time.monotonic() - self._began
        rate = self.made / elapsed_s if elapsed_s > 0 else 0.0
        facts: dict[str, object] = {
            "event": "run",
            "run_id": event.run_id,
            "status": event.status,
            "reason": event.reason,
            "seconds": round(event.seconds, 3),
            "runs_done": event.done,
            "runs": event.total,
            "communities_done": self.total - len(self._left),
            "communities": self.total,
            "failed": event.failed,
            "runs_per_s": round(rate, 2),
            "left_s": round((event.total - event.done) / rate, 1) if rate else None,
        }
        self.tell(facts)
        left_s = facts["left_s"]
        self._note = text(
            "batch.note",
            self._language,
            done=self.total - len(self._left),
            total=self.total,
            rate=f"{rate:.1f}",
            left="-" if left_s is None else str(timedelta(seconds=round((event.total - event.done) / rate))),
            failed=self.failed,
        )
        self._progress("run", event.done, event.total, self._note)

    def tell(self, facts: dict[str, object]) -> None:
        """Write an event to the log and, if asked for, to whoever reads events."""
        if self._log is not None:
            stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
            try:
                self._log.write(json.dumps({"at": stamp, **facts}, ensure_ascii=False) + "\n")
                self._log.flush()
            except OSError:  # a full disk: the batch matters more than its log
                self._log = None
        if self._events is not None:
            print(json.dumps(facts, ensure_ascii=False), file=self._events, flush=True)


@contextmanager
def batch_watch(
    project: Project, runs: Sequence[Run], progress: Progress, events: TextIO | None, language: str
) -> Iterator[Watch]:
    """Follow a batch of a project, with its log below the results.

    Parameters
    ----------
    project
        Its results' folder takes the log.
    runs
        Those of the batch, due or not.
    progress
        Told how far the batch is, with rate and time left.
    events
        Where programs read a line of JSON for each run; None where nobody asked for it.
    language
        Of what is told to ``progress``: "zh" or "en".
    """
    folder = project.folder / project.settings.results / STATE / "logs"
    log: TextIO | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        log = _new_log(folder)
    except OSError:
        log = None
    try:
        watch = Watch(runs, progress, log, events, language)
        watch.tell({"event": "batch", "runs": len(runs), "communities": watch.total})
        yield watch
        watch.tell({"event": "end", "made": watch.made, "failed": watch.failed})
    finally:
        if log is not None:
            with suppress(OSError):
                log.close()


def _new_log(folder: Path) -> TextIO:
    """The next log, by its number: a clock that was set back must not make it the oldest. The first ones go."""
    numbers: dict[Path, int] = {}
    for path in folder.glob("*.jsonl"):
        named = _LOG_NAME.fullmatch(path.name)
        if named:
            numbers[path] = int(named["number"] or 0)
    for old in sorted(numbers, key=lambda p: (numbers[p], p.name))[: -KEPT_LOGS + 1]:
        old.unlink(missing_ok=True)
    number = max(numbers.values(), default=0) + 1
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
    return (folder / f"{number:06d}-{stamp}.jsonl").open("w", encoding="utf-8")

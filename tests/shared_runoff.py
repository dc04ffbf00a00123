"""Runs of runoff alone that tests of one process share: the example is assessed a dozen times with one ground.

The engine answers the same for the same input, so that a run is made once for all who ask for it: by its text,
its rain and what is asked of it. Tests of these runs themselves, and of what becomes of those that fail, make
their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from spongecalc.batch.pool import Job, Outcome
from spongecalc.batch.runoff_job import run_model

MOST_BYTES = 4_000_000
"""A run over many years is not kept: a dozen of them would fill the memory."""

ALONE = ("batch", "sponge")
"""Folders of tests of these runs themselves."""

_known: dict[str, Outcome] = {}
_lines: dict[int, tuple[object, bytes]] = {}


def sharing(run_all: Callable[..., list[Outcome]], is_shared: Callable[[], bool]) -> Callable[..., list[Outcome]]:
    """Return ``run_all`` with the runs of before taken from memory, as long as ``is_shared`` says so."""

    def shared(
        jobs: Sequence[Job], *, processes: int, on_done: Callable[[Outcome], None] | None = None
    ) -> list[Outcome]:
        if not is_shared():
            return run_all(jobs, processes=processes, on_done=on_done)
        keys = [_key(job) for job in jobs]
        due = [n for n, key in enumerate(keys) if key not in _known]
        made = dict(zip(due, run_all([jobs[n] for n in due], processes=processes, on_done=on_done), strict=True))
        outcomes = []
        for number, (job, key) in enumerate(zip(jobs, keys, strict=True)):
            outcome = made.get(number)
            if outcome is None:
                kept = _known[key]
                outcome = Outcome(job.key, kept.status, kept.value, seconds=kept.seconds)
                if on_done:
                    on_done(outcome)
            elif key and outcome.status == "done" and _bytes(outcome.value) <= MOST_BYTES:
                _known[key] = outcome
            outcomes.append(outcome)
        return outcomes

    return shared


def _key(job: Job) -> str:
    """Digest of all that a run's answer turns on; empty for a job of another kind."""
    if job.function is not run_model:
        return ""
    text, _folder, marks_s, lines, *asked = job.args
    held = _lines.get(id(lines))
    if held is None:
        # The lines are kept beside their digest: no other object can have the identity of these.
        held = _lines[id(lines)] = (lines, hashlib.sha256("\n".join(lines).encode()).digest())
    digest = hashlib.sha256(text.encode())
    digest.update(held[1])
    digest.update(repr((marks_s, asked)).encode())
    return digest.hexdigest()


def _bytes(value: object) -> int:
    """Memory of a run's volumes."""
    return sum(getattr(part, "nbytes", 0) for part in vars(value).values())

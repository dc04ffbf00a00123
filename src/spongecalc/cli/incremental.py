"""A command that does only what is due: first the proof that nothing is, then the lock, then the work."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from spongecalc.batch import unchanged
from spongecalc.cli.exit_codes import DONE, WRONG_USAGE
from spongecalc.language import text

if TYPE_CHECKING:
    from spongecalc.cli.call import Call
    from spongecalc.cli.console import Output

LOCK = "lock"
# Commands that make all that another one makes: where nothing is due of them, nothing is due of it.
WIDER = {"build": ("run", "all"), "run": ("all",), "assess": ("report", "all"), "report": ("all",)}
SAY_AFTER_S = 0.5
"""Waiting shorter than this for another process is not worth a word."""


def stamp_name(command: str, call: Call) -> str:
    """Name of what a command with its options leaves: other options, another name."""
    options = [sorted(set(call.communities)), call.scenario or "", call.asked_language or ""]
    return f"{command}-{hashlib.sha256(json.dumps(options).encode()).hexdigest()[:12]}"


def current_stamp(command: str, call: Call) -> unchanged.Stamp | None:
    """Return what a command with its options left, if nothing is due of it; None where something may be.

    A wider command stands for it where that one ended well: of one that did not, the errors may be its own.
    """
    if call.insists:
        return None
    stamp = unchanged.current_stamp(call.folder, stamp_name(command, call))
    if stamp is not None:
        return stamp
    wider = (unchanged.current_stamp(call.folder, stamp_name(c, call)) for c in WIDER.get(command, ()))
    return next((stamp for stamp in wider if stamp is not None and stamp.exit_code == DONE), None)


def do_what_is_due(command: str, call: Call, work: Callable[[Call], int]) -> int:
    """Run a command unless what it makes is what it would make again; returns the exit code.

    Two commands at work on one project wait for one another, so that neither finds half of what the other
    writes. The lock is the system's, and falls with the process that holds it.
    """
    if stamp := current_stamp(command, call):
        return _nothing_due(stamp, call)
    name = stamp_name(command, call)
    with project_lock(call) as waited:
        if waited and (stamp := current_stamp(command, call)):
            return _nothing_due(stamp, call)
        before = unchanged.inputs_state(call.folder)
        unchanged.forget(call.folder, name)
        code, interrupted = _worked(call, work)
        made = call.made
        if before is not None and code != WRONG_USAGE and made.files and not (made.unfinished or interrupted):
            stamp = unchanged.Stamp(
                unchanged.inputs_state(call.folder, made.more) or {},
                unchanged.outputs_state(call.folder, made.files),
                code,
                tuple(made.errors),
                made.document,
                tuple(made.more),
            )
            # A layer that was saved while this command read it: nobody knows which state was read.
            if all(stamp.inputs.get(key) == digest for key, digest in before.items()):
                unchanged.write_stamp(call.folder, name, stamp)
    return code


def _worked(call: Call, work: Callable[[Call], int]) -> tuple[int, bool]:
    """The exit code of the work, and whether a part of it was given up that says nothing of the project.

    Workers that somebody killed leave gaps in tables and report: what was made so is due again.
    """
    from spongecalc.batch.pool import given_up  # noqa: PLC0415  a call with nothing to do does without

    before = given_up()
    code = work(call)
    return code, given_up() > before


def _nothing_due(stamp: unchanged.Stamp, call: Call) -> int:
    output = call.output
    output.document.update(stamp.document)
    output.document["nothing_due"] = True
    if "changed" in output.document:
        output.document["changed"] = []
    say_nothing_due(stamp, call)
    return stamp.exit_code


def say_nothing_due(stamp: unchanged.Stamp, call: Call) -> None:
    """Say that nothing is due, with the errors of the call that left this record."""
    output = call.output
    for sentence in stamp.errors:
        output.error(sentence)
    left_out = stamp.document.get("models_left_out")
    if isinstance(left_out, list):
        say_left_out(output, [str(name) for name in left_out])
    say_last_whole(output, stamp.document)
    output.say_of("batch", "nothing_due" if stamp.exit_code == 0 else "nothing_due_but", code=stamp.exit_code)


def say_left_out(output: Output, files: Sequence[str]) -> None:
    """Say which models are of earlier layers, since errors keep their communities out."""
    output.notice(text("batch.models_left_out", output.language, files=", ".join(files)))


def say_last_whole(output: Output, document: Mapping[str, object]) -> None:
    """Say where the last answers are of which every source could be read, if others stand in their place."""
    match document.get("last_whole"):
        case [str(files), str(folder)]:
            output.notice(text("batch.last_whole", output.language, files=files, folder=folder))


@contextmanager
def project_lock(call: Call) -> Iterator[bool]:
    """Hold a project for one process; yields whether another one had to be waited for."""
    results = unchanged.results_folder(call.folder)
    if results is None:  # the command says what is wrong with the project's file
        yield False
        return
    state = results / unchanged.STATE
    state.mkdir(parents=True, exist_ok=True)
    lock = FileLock(state / LOCK)
    waited = False
    try:
        lock.acquire(timeout=SAY_AFTER_S)
    except Timeout:
        waited = True
        call.output.notice(text("batch.waiting", call.output.language))
        lock.acquire()
    try:
        yield waited
    finally:
        lock.release()

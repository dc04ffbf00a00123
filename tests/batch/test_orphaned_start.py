"""A caller that is killed while a worker of its starts leaves nothing on the terminal."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from spongecalc.batch import orphaned_start
from spongecalc.batch.pool import start_context

# The caller dies when the server has been asked for a worker, before it says what that one is to be.
BEFORE_IT_SAYS_WHAT = """
import os, signal
from multiprocessing import forkserver
asked = forkserver.connect_to_new_process
def die(fds):
    asked(fds)
    os.kill(os.getpid(), signal.SIGKILL)
forkserver._forkserver.connect_to_new_process = die
from multiprocessing import popen_forkserver
popen_forkserver.forkserver.connect_to_new_process = die
from spongecalc.batch.pool import Worker
Worker()
"""


@pytest.mark.skipif(start_context().get_start_method() != "forkserver", reason="workers are not forked here")
def test_nothing_is_said() -> None:
    # What the server says comes on the same pipe, which ends when the last of them has.
    done = subprocess.run(
        [sys.executable, "-c", BEFORE_IT_SAYS_WHAT], capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert done.stderr == ""


def test_what_went_wrong_otherwise_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    for error in (EOFError("of a file"), ValueError("x")):
        try:
            raise error
        except Exception as caught:
            orphaned_start.say_unless_orphaned(type(caught), caught, caught.__traceback__)
    said = capsys.readouterr().err
    assert "EOFError: of a file" in said
    assert "ValueError: x" in said


def test_only_the_server_is_made_quiet() -> None:
    assert not orphaned_start.is_server()
    assert sys.excepthook is not orphaned_start.say_unless_orphaned

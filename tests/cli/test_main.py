"""The command's entry: an interrupt before anything is imported ends like any other."""

from __future__ import annotations

import errno
import io
from pathlib import Path

import pytest

from spongecalc import __main__ as entry
from spongecalc.cli import app
from spongecalc.cli.exit_codes import RUN_FAILED, STOPPED


@pytest.mark.parametrize("step", ["stop_cleanly", "quiet_libraries"])
def test_an_interrupt_before_anything_is_imported_ends_the_command(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(entry, "stop_cleanly", lambda: None)
    monkeypatch.setattr(entry, step, interrupted)
    with pytest.raises(SystemExit) as end:
        entry.main()
    assert end.value.code == STOPPED


def ends(error: OSError, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a command that ends in an error which no command answers."""

    def raises() -> None:
        raise error

    monkeypatch.setattr(app, "app", raises)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    with pytest.raises(SystemExit) as end:
        app.main()
    assert end.value.code == RUN_FAILED


@pytest.mark.parametrize("stream", [io.StringIO(), None], ids=["a text in memory", "none"])
def test_an_output_that_is_no_file_ends_in_a_sentence(
    stream: io.StringIO | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end itself ended in a traceback: such a stream has no number to be closed by."""
    told = io.StringIO()
    monkeypatch.setattr("sys.stdout", stream)
    monkeypatch.setattr("sys.stderr", told)
    ends(OSError(errno.ENOSPC, "No space left on device"), monkeypatch)
    assert told.getvalue().startswith(("the output cannot be written: the disk is full", "无法写入 输出"))
    told.truncate(0)
    ends(BrokenPipeError(errno.EPIPE, "Broken pipe"), monkeypatch)
    assert told.getvalue() == ""


def test_a_file_that_cannot_be_read_is_not_the_output(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bad = tmp_path / "engine.en.toml"
    ends(PermissionError(errno.EACCES, "Permission denied", str(bad)), monkeypatch)
    said = capfd.readouterr().err
    assert bad.name in said
    assert "cannot be read" in said or "无法读取" in said
    assert "written" not in said
    ends(BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), monkeypatch)
    assert "written" not in capfd.readouterr().err
    # What is printed afterwards still is seen.
    print("still here", flush=True)
    assert capfd.readouterr().out == "still here\n"

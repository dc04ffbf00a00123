"""A write that fails is told in one sentence with file, cause and what to do."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from spongecalc.cli.write_fault import CAUSES, write_fault


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("number", sorted(CAUSES))
def test_every_cause_names_the_file_and_what_to_do(tmp_path: Path, number: int, lang: str) -> None:
    error = OSError(number, os.strerror(number), str(tmp_path / "results" / "runs.csv"))
    said = write_fault(error, tmp_path, lang)
    assert "results/runs.csv" in said
    assert str(tmp_path) not in said
    assert os.strerror(number) in said
    assert ("再次执行同一命令" if lang == "zh" else "the same command goes on") in said
    assert said.count("\n") == 0


def test_causes_differ_and_have_their_remedies() -> None:
    def said(number: int) -> str:
        return write_fault(OSError(number, "x", "a.csv"), Path(), "en")

    assert "disk is full" in said(errno.ENOSPC)
    assert "read-only" in said(errno.EROFS)
    assert "quota" in said(errno.EDQUOT)
    assert "reports an error" in said(errno.EIO)
    assert "no right" in said(errno.EACCES)
    assert "is gone" in said(errno.ENOENT)
    assert write_fault(OSError("odd"), Path(), "en").startswith("The system ends this command: odd.")
    far = Path("/elsewhere/a.csv")
    assert write_fault(OSError(errno.EIO, "x", str(far)), Path("/project"), "en").startswith(far.as_posix())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no disk that is always full")
@pytest.mark.parametrize(
    "words", [["version", "--lang", "en"], ["version", "--json", "--lang", "en"], ["--help"]]
)
def test_an_output_that_goes_to_a_full_disk_ends_in_a_sentence(words: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "spongecalc", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            check=False,
        )
    assert ended.returncode == 3
    assert "Traceback" not in ended.stderr
    assert "No space left" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1

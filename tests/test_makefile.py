"""Each target of the Makefile does what its name says, and what it says is done once."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest


def test_every_target_stands_once_and_is_phony(repository: Path) -> None:
    text = (repository / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"^([a-z][a-z-]*):.*## ", text, re.MULTILINE)
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert phony is not None
    assert len(named) == len(set(named))
    assert set(named) == set(phony.group(1).split())


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize(
    ("target", "command"),
    [
        ("models", "spongecalc build ."),
        ("check-models", "spongecalc build . --check"),
        ("demo", "spongecalc all ."),
        ("county", "spongecalc all gis/county"),
        ("model-EY03", "spongecalc build . --community EY03"),
    ],
)
def test_a_target_calls_its_command(repository: Path, target: str, command: str) -> None:
    run = ["make", "--dry-run", "--old-file=.venv/.ready", target]
    said = subprocess.run(run, cwd=repository, capture_output=True, text=True, check=True)
    assert said.stderr == ""
    assert [line.strip() for line in said.stdout.splitlines() if "/spongecalc " in line] == [
        f".venv/bin/{command}"
    ]

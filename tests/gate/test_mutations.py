"""Two hundred damaged files of every form: read or refused in words, never a traceback, a hang or a request.

The damage is made by a generator of fixed seed, and the files are read in a process of their own; ``make bench``
does it with five thousand each.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.listener import Listener, listening
from tests.mutations.damage import damaged
from tests.mutations.forms import FORMS
from tests.mutations.rounds import BAD, LIMIT_BYTES, LONGEST_S, Reader, checked_rounds, mutants, rounds

EACH = 200
# Each takes two seconds, whatever is damaged.
CHECKED_EACH = 1
# Nothing in these is refused as a whole: a line that says nothing is left out and named.
HARD_TO_BREAK = ()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    """A listener that nobody is to ask."""
    with listening() as one:
        yield one


@pytest.fixture(scope="module")
def reader(listener: Listener) -> Iterator[Reader]:
    """The process that reads; whatever asks the network for something is sent to the listener."""
    with Reader(dict.fromkeys(("http_proxy", "https_proxy", "GDAL_HTTP_PROXY"), listener.url)) as one:
        yield one


@pytest.mark.parametrize("form", FORMS)
def test_a_damaged_file_is_read_or_refused_in_words(
    form: str, tmp_path: Path, reader: Reader, listener: Listener, capsys: pytest.CaptureFixture[str]
) -> None:
    tally = rounds(form, tmp_path / "files", EACH, reader)
    with capsys.disabled():
        print(f"\n{tally.row()}; requests {len(listener.asked)}", end=" ")
    assert tally.told == []
    assert tally.files == EACH
    assert not any(tally.fates[name] for name in BAD)
    # The damage is some: that every file is read as if nothing were the matter, or none, would tell of no damage.
    assert tally.fates["refused"] + (form in HARD_TO_BREAK) > 0
    assert tally.more_bytes < LIMIT_BYTES
    assert tally.longest_s < LONGEST_S
    assert listener.asked == []


def test_check_answers_for_a_project_with_a_damaged_source(
    tmp_path: Path, reader: Reader, listener: Listener, capsys: pytest.CaptureFixture[str]
) -> None:
    tally = checked_rounds(tmp_path, CHECKED_EACH, reader)
    with capsys.disabled():
        print(f"\n{tally.row()}; requests {len(listener.asked)}", end=" ")
    assert tally.told == []
    assert tally.files == CHECKED_EACH * sum(bool(f.sources) for f in FORMS.values())
    assert listener.asked == []


def test_the_same_damage_comes_from_the_same_seed(tmp_path: Path) -> None:
    data = bytes(range(256)) * 8
    one, other = (damaged(data, random.Random("21")) for _ in range(2))
    assert one == other != data
    assert damaged(data, random.Random("22")) != one
    files = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        files.append([(tmp_path / name / "s.inp").read_bytes() for _ in mutants("inp", tmp_path / name, 5)])
    assert files[0] == files[1]
    assert len(set(files[0])) == 5


def test_a_process_that_is_gone_or_does_not_answer_is_told_from_one_that_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard itself, with two harmless stand-ins for a library."""
    monkeypatch.setattr("tests.mutations.rounds.LONGEST_S", 0.3)
    monkeypatch.setattr("tests.mutations.rounds.LONGEST_WAIT_S", 30.0)
    with Reader(program="import sys; print('{}', flush=True); sys.stdin.readline(); sys.exit(3)") as one:
        assert one.answer("inp", tmp_path, whole=False) == {"fate": "crash", "words": "exit code 3"}
    with Reader(program="import sys; print('{}', flush=True); sys.stdin.readline()\nwhile True: pass") as one:
        assert one.answer("inp", tmp_path, whole=False)["fate"] == "hang"

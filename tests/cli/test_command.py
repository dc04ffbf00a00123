"""A function as a command: its options by name, its own beside them, and one end however it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner, Result

from spongecalc.batch.cores import cores
from spongecalc.cli.app import line
from spongecalc.cli.call import Call, RefusedError
from spongecalc.cli.command import command
from spongecalc.cli.command_line import SpokenGroup
from spongecalc.cli.options import BATCH, COMMUNITY, FOLDER, JOBS, NAMED_FOLDER, SCENARIO

app = typer.Typer(cls=SpokenGroup, invoke_without_command=True, add_completion=False)
app.callback()(line)
seen: list[object] = []


@command(app, FOLDER, COMMUNITY, SCENARIO, JOBS, *BATCH, name="everything")
def work_on_everything(call: Call, own: Annotated[bool, typer.Option("--own")] = False) -> int:
    """Note what came."""
    seen.append((call, own))
    return 3


@command(app, NAMED_FOLDER)
def named(call: Call, file: Annotated[Path, typer.Argument()]) -> int:
    """Note what came."""
    seen.append((call, file))
    return 0


@command(app, FOLDER)
def place(call: Call, where: Annotated[str, typer.Argument()]) -> int:
    """End as it is told to."""
    match where:
        case "refused":
            raise RefusedError("one", "two")
        case "address":
            raise RefusedError("communities.csv:A:ponding_m3")
        case "failed":
            raise RefusedError("a run", exit_code=3)
        case "stopped":
            raise KeyboardInterrupt
        case "disk":
            raise PermissionError(13, "no right", "results/x.csv")
    seen.append((call, where))
    return 0


def call(*words: str) -> Result:
    seen.clear()
    return CliRunner().invoke(app, list(words))


def test_a_command_gets_what_it_names() -> None:
    words = (
        "everything p --community A --community B --scenario phase1 --jobs 2 --force --own --cluster tcp://h:1"
    )
    result = call(*words.split())
    assert result.exit_code == 3
    (given, own), *_ = seen
    assert isinstance(given, Call)
    assert own is True
    assert (given.folder, given.communities, given.scenario) == (Path("p"), ("A", "B"), "phase1")
    assert (given.jobs, given.force, given.failed, given.dry_run) == (2, True, False, False)
    assert given.cluster == "tcp://h:1"
    assert given.again == "all"


def test_what_is_not_given_has_its_default() -> None:
    assert call("everything").exit_code == 3
    (given, own), *_ = seen
    assert isinstance(given, Call)
    assert own is False
    assert (given.folder, given.communities, given.scenario, given.jobs) == (Path(), (), None, cores())
    assert given.asked_language is None


def test_a_named_folder_comes_first_and_one_by_default_last() -> None:
    assert call("named", "p", "f.csv").exit_code == 0
    assert (seen[0][0].folder, seen[0][1]) == (Path("p"), Path("f.csv"))  # type: ignore[index]
    assert call("named", "p").exit_code == 2
    assert call("place", "there", "p").exit_code == 0
    assert (seen[0][0].folder, seen[0][1]) == (Path("p"), "there")  # type: ignore[index]


@pytest.mark.parametrize("words", ["--lang en --quiet --json everything", "everything --lang en --quiet --json"])
def test_what_every_command_takes_may_stand_before_it(words: str) -> None:
    assert call(*words.split()).exit_code == 3
    output = seen[0][0].output  # type: ignore[index]
    assert (output.language, output.quiet, output.as_json) == ("en", True, True)


@pytest.mark.parametrize(
    ("where", "code", "errors"),
    [
        ("refused", 2, ["one", "two"]),
        ("failed", 3, ["a run"]),
        ("stopped", 130, ["Stopped. What has been done is kept; the same command does the rest."]),
        ("disk", 3, None),
        ("there", 0, []),
    ],
)
def test_every_end_is_a_document_with_its_code(where: str, code: int, errors: list[str] | None) -> None:
    result = call("place", where, "--json", "--lang", "en")
    assert result.exit_code == code
    document = json.loads(result.stdout)
    assert (document["command"], document["exit_code"]) == ("place", code)
    if errors is None:
        assert "x.csv" in document["errors"][0]
        assert "no right" in document["errors"][0]
    elif where == "stopped":
        assert len(document["errors"]) == 1
    else:
        assert document["errors"] == errors
    plain = call("place", where, "--lang", "en")
    assert plain.exit_code == code
    assert all(sentence in plain.stderr for sentence in document["errors"])


@pytest.mark.parametrize(
    ("jobs", "code"), [("1", 3), ("0", 2), ("-1", 2), ("1.5", 2), ("x", 2), ("", 2), ("²", 2)]
)
def test_jobs_are_whole_numbers(jobs: str, code: int) -> None:
    result = call("everything", "--jobs", jobs, "--lang", "en")
    assert result.exit_code == code
    if code == 2:
        assert "a whole number of at least 1" in result.stderr


def test_an_address_is_no_picture() -> None:
    assert "communities.csv:A:ponding_m3" in call("place", "address").output

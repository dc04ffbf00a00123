"""No command tells a password that was typed into an address, in any form, on its line or in a project's file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_command_line import COMMANDS, call
from tests.planted_secret import FORMS, files_that_tell, told_in
from tests.small_project import write_small_project

from spongecalc.language import LANGUAGES


def check_line(*line: str) -> None:
    """A line is refused as a whole, and nothing of it repeated."""
    answer = call(*line)
    assert answer.exit_code == 2, line
    assert "PGPASSWORD" in answer.output
    assert not told_in(answer.output.encode()), line


@pytest.mark.parametrize("form", FORMS)
def test_no_form_is_repeated_wherever_it_stands_on_a_line(form: str, tmp_path: Path, monkeypatch) -> None:
    """As an option's value, as an option, as a word too many, as a command, and as several words."""
    monkeypatch.chdir(tmp_path)
    check_line("publish", "--to", form)
    check_line("publish", f"--to={form}")
    check_line("sources", form)
    check_line("sources", "a.gpkg", form)
    check_line("check", f"--{form}")
    check_line("run", "--jobs", form)
    check_line(form)
    # A shell that was given no quotes.
    check_line("publish", "--to", *form.split())
    found = json.loads(call("publish", "--to", form, "--json", "--lang", "en").stdout)
    assert found["exit_code"] == 2
    assert not told_in(json.dumps(found).encode())
    assert files_that_tell(tmp_path) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_repeats_what_stands_on_its_line(command: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    check_line(command, FORMS[0])
    check_line(command, "x", "--lang", FORMS[-1])
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose sources have a password in every form."""
    folder = write_small_project(tmp_path_factory.mktemp("planted") / "project").folder
    page = folder / "spongecalc.toml"
    entries = "".join(f"\n[[layers.utilities]]\nsource = {json.dumps(form)}\n" for form in FORMS)
    page.write_text(page.read_text(encoding="utf-8") + entries, encoding="utf-8")
    return folder


ARGUMENTS = {
    "claims": ("claims.xlsx",),
    "changes": ("earlier",),
    "explain": ("communities.csv:A:runoff_m3",),
    "trace": ("A",),
    "publish": ("--to", "postgresql://reader@127.0.0.1:1/survey"),
}
# These do not read a project.
OTHERS = ("init", "version", "template", "sources", "roundtrip", "standards", "diff")


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_tells_what_stands_in_the_file(command: str, planted: Path, monkeypatch) -> None:
    monkeypatch.chdir(planted)
    before = {p for p in planted.rglob("*") if p.is_file()}
    for language in LANGUAGES:
        for words in ((), ("--json",)):
            answer = call(command, *ARGUMENTS.get(command, ()), "--lang", language, *words)
            assert answer.exception is None or isinstance(answer.exception, SystemExit)
            assert not told_in(answer.output.encode()), (command, answer.output)
    assert files_that_tell(planted, except_for=(planted / "spongecalc.toml",)) == []
    assert before <= {p for p in planted.rglob("*") if p.is_file()}


def test_a_check_names_each_key(planted: Path) -> None:
    answer = call("check", str(planted), "--lang", "en")
    assert answer.exit_code == 2
    said = " ".join(answer.output.split())
    assert said.count("a password never stands in this file") == len(FORMS)
    assert f"layers.utilities[{len(FORMS)}].source" in said


def test_the_search_finds_what_it_is_for(tmp_path: Path) -> None:
    """In each kind of file that is searched, one that tells is found: the search could fail."""
    import base64
    import sqlite3
    import zipfile
    import zlib

    form = FORMS[0].encode()
    (tmp_path / "plain.txt").write_bytes(b"x" + form)
    (tmp_path / "encoded.html").write_bytes(b"<p>" + base64.b64encode(b"y" * 70 + form + b"z" * 9) + b"</p>")
    (tmp_path / "packed.bin").write_bytes(b"head" + zlib.compress(form))
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", form)
    with sqlite3.connect(tmp_path / "base.gpkg") as base:
        base.execute("create table t (c text)")
        base.execute("insert into t values (?)", [form.decode()])
    base.close()
    (tmp_path / "clean.txt").write_bytes(b"postgresql://reader@127.0.0.1:1/survey")
    assert files_that_tell(tmp_path) == ["base.gpkg", "book.xlsx", "encoded.html", "packed.bin", "plain.txt"]

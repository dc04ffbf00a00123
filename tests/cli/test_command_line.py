"""All commands: help and mistakes in the language of the user, one JSON document from each, a quick start."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.small_project import SmallProject, write_small_project
from typer.main import get_command
from typer.testing import CliRunner, Result

from spongecalc import __version__
from spongecalc.cli.app import app
from spongecalc.language import catalogue

COMMANDS = tuple(get_command(app).commands)  # type: ignore[attr-defined]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Beside these a document has what is the command's own.
ALWAYS = ("command", "exit_code", "errors")
# What typer would say in English, whatever the language.
TYPER = (
    "Usage:",
    "Options",
    "Arguments",
    "Commands",
    "No such",
    "Missing",
    "Invalid",
    "Error",
    "Try ",
    "default",
)


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def document(result: Result, command: str) -> dict:
    """The one document on standard output."""
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    found = json.loads(result.stdout)
    assert tuple(found)[:3] == ALWAYS
    assert (found["command"], found["exit_code"]) == (command, result.exit_code)
    assert all(isinstance(sentence, str) for sentence in found["errors"])
    return found


def test_the_commands_are_those_that_are_known() -> None:
    assert set(COMMANDS) == {key.rpartition(".")[2] for key in catalogue("cli", "en") if ".command." in key}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_in_each_language_alone(command: str) -> None:
    for words in ((command, "--help", "--lang", "zh"), ("--lang", "zh", command, "--help")):
        chinese = call(*words)
        assert chinese.exit_code == 0
        assert CHINESE.search(chinese.output)
        assert not [word for word in TYPER if word in chinese.output]
    english = call(command, "--lang=en", "--help")
    assert english.exit_code == 0
    assert not CHINESE.search(english.output)
    for output in (chinese.output, english.output):
        assert {"--lang", "--json", "--quiet"} <= set(output.split())
    about = english.output.split("\n\n")[1]
    assert " ".join(about.split()) == catalogue("cli", "en")[f"cli.command.{command}"]


def test_the_help_of_all_lists_every_command() -> None:
    result = call("--help", "--lang", "en")
    assert not CHINESE.search(result.output)
    assert all(re.search(rf"│ {command} ", result.output) for command in COMMANDS)
    assert call("--lang", "en").exit_code == call().exit_code == 2
    assert call("--lang", "en").output == result.output
    assert call().output == call("--help", "--lang", "zh").output


def test_brackets_in_help_are_shown() -> None:
    assert "[[sweeps]]" in call("sweep", "--help", "--lang", "en").output
    assert "[默认：当前文件夹]" in call("check", "--help").output
    assert "[必填]" in call("trace", "--help").output


def test_help_for_programs() -> None:
    found = document(call("run", "--help", "--json", "--lang", "en"), "run")
    assert {"name": "--jobs", "value": "N", "words": "worker processes [default: all cores]"} in found["help"][
        "options"
    ]
    assert found["help"]["usage"].endswith("run [OPTIONS] [FOLDER]")


MISTAKES = {
    "no option": (
        ("run", "--forc"),
        "没有选项 --forc。相近的有：--force",
        "No such option: --forc (possible: --force)",
    ),
    "no option at all": (("version", "--zzz"), "没有选项 --zzz。", "No such option: --zzz"),
    "no command": (("nothing",), "没有命令 nothing。", "No such command: nothing"),
    "a typing error": (("chek",), "没有命令 chek。相近的有：check", "No such command: chek (possible: check)"),
    "no argument": (("explain",), "缺少参数 TABLE:ROW:COLUMN。", "Missing argument: TABLE:ROW:COLUMN"),
    "no value": (("run", "--jobs"), "选项 --jobs 需要一个值。", "Option --jobs needs a value."),
    "a value": (("run", "--quiet=1"), "选项 --quiet 不带值。", "Option --quiet takes no value."),
    "too many": (("version", "a", "[b]"), "多余的参数：a [b]", "More than the command takes: a [b]"),
    "a bad value": (
        ("run", "--jobs", "[x]"),
        "选项 --jobs 的值 [x] 无效，应为：不小于 1 的整数。",
        "Invalid value for --jobs: [x] is not a whole number of at least 1.",
    ),
    "a bad value before": (
        ("--lang", "fr", "version"),
        "选项 --lang 的值 fr 无效，应为：zh 或 en。",
        "Invalid value for --lang: fr is not zh or en.",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_on_the_line_in_the_language_of_the_system(
    mistake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, *sentences = MISTAKES[mistake]
    command = next((word for word in words if word in COMMANDS), "")
    for variable, sentence in zip(("zh_CN.UTF-8", "en_US.UTF-8"), sentences, strict=True):
        monkeypatch.setenv("LC_ALL", variable)
        result = call(*words)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert sentence in result.stderr.splitlines()
        assert bool(CHINESE.search(result.stderr)) == variable.startswith("zh")
        if variable.startswith("zh"):
            assert not [word for word in TYPER if word in result.stderr]
        found = document(call("--json", *words), command)
        assert found == {"command": command, "exit_code": 2, "errors": [sentence]}


def test_a_mistake_on_the_line_in_the_language_asked_for() -> None:
    assert "Missing argument: ID" in call("trace", "--lang", "en").stderr
    assert "缺少参数 ID。" in call("trace", "--lang", "zh").stderr
    # What follows the option is its value even where that is one that there is not.
    assert "Invalid value" in call("--lang", "en", "trace", "x", "--lang", "fr").stderr


def test_a_missing_project_in_the_language_of_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, words in (("en_GB.UTF-8", "Make one with"), ("zh_CN.UTF-8", "可用 spongecalc init 生成")):
        monkeypatch.setenv("LC_ALL", variable)
        assert words in call("check", tmp_path).stderr
    assert "Make one with" in call("check", tmp_path, "--lang", "en").stderr


OWN_ARGUMENTS = {
    "claims": ("sheet.csv",),
    "changes": ("earlier",),
    "explain": ("communities.csv:A:households",),
    "trace": ("A-PR",),
    "sweep": ("none",),
    "sources": ("nothing.csv",),
    "compare": ("a", "b"),
}
FOLDER_FIRST = ("claims", "changes")
WITHOUT_PROJECT = ("init", "version", "sources", "compare", "template", "roundtrip")


def line_of(command: str, folder: Path) -> tuple[str | Path, ...]:
    own = OWN_ARGUMENTS.get(command, ())
    if command in ("version", "sources", "compare"):
        return (command, *own)
    return (command, folder, *own) if command in FOLDER_FIRST else (command, *own, folder)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_missing_project_names_the_folder_and_not_its_dot(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = json.loads(call("check", ".", "--json", "--lang", lang).stdout)
    assert str(tmp_path.resolve()) in said["errors"][0]


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in WITHOUT_PROJECT])
def test_a_missing_project_is_one_document_of_every_command(command: str, tmp_path: Path) -> None:
    result = call(*line_of(command, tmp_path / "nothing"), "--json", "--lang", "en")
    assert result.exit_code == 2
    if command != "ponding" or "itzi" not in result.stdout:
        assert "Make one with: spongecalc init" in document(result, command)["errors"][0]
    assert not (tmp_path / "nothing").exists()


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    project = write_small_project(tmp_path_factory.mktemp("line") / "project")
    assert document(call("all", project.folder, "--json", "--jobs", "2"), "all")["communities"]
    return project


# A sheet that leaves out pipes differs from the layers; nothing is measured, there is no such storm, the database
# has no address. All else goes well, also where a system has no outfall left without its one combined sewer.
ENDS = {"claims": 1, "evidence": 2, "ponding": 2, "publish": 2}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_answers_with_one_document(command: str, done: SmallProject, tmp_path: Path) -> None:
    folder = tmp_path / "here" if command in ("init", "template") else done.folder
    words = list(line_of(command, folder))
    if command == "claims":
        (tmp_path / "sheet.csv").write_text("管段编号,长度（m）\nA-PR,30\n", encoding="utf-8")
        words[2] = tmp_path / "sheet.csv"
    elif command == "changes":
        words[2] = shutil.copytree(done.folder, tmp_path / "earlier")
    elif command == "sources":
        words[1] = done.first
    elif command == "compare":
        words = [command, done.folder, done.folder, "--out", tmp_path / "compare.html"]
    elif command == "roundtrip":
        words = [command, done.folder / "swmm_models" / "A" / "after.inp"]
    elif command == "sweep":
        words = [command, "", done.folder]
    elif command == "ponding":
        words = [command, done.folder, "--storm", "none"]
    found = document(call(*words, "--json", *(("--jobs", "2") if command == "separation" else ())), command)
    assert found["exit_code"] == ENDS.get(command, 0)
    assert bool(found["errors"]) == (command in ENDS and command != "claims")
    assert len(found) > len(ALWAYS) or found["errors"]
    if command == "version":
        assert found["version"] == __version__
    elif command == "init":
        assert Path(found["file"]).is_file()
    elif command == "template":
        assert all(Path(file).is_file() for file in found["files"])


def test_errors_in_the_data_are_one_document_too(tmp_path: Path) -> None:
    project = write_small_project(tmp_path / "project", toml=lambda text: text.replace("c.gpkg", "lost.gpkg"))
    found = document(call("check", project.folder, "--json"), "check")
    assert found["exit_code"] == 1
    assert any(row["severity"] == "error" for row in found["findings"])


@pytest.mark.parametrize("command", ["check", "build", "run", "trace", "assess"])
def test_a_scenario_that_the_project_does_not_have(command: str, done: SmallProject) -> None:
    words = line_of(command, done.folder)
    found = document(call(*words, "--scenario", "later", "--json"), command)
    assert found["exit_code"] == 2
    assert found["errors"] == ["There is no scenario 'later'. The nearest is 'after'. There are: before, after."]
    assert "没有这个情景：'later'。" in call(*words, "--scenario", "later", "--lang", "zh").stderr


@pytest.mark.parametrize(
    "words", ["--help", "run --help", "version", "version --json", "run --nothing", "nothing"]
)
def test_nothing_heavy_is_imported_for_help_and_mistakes(words: str) -> None:
    program = (
        f"import sys; sys.argv = ['spongecalc', *{words.split()!r}]\n"
        "from spongecalc.cli.app import main\n"
        "heavy = ('numpy', 'pandas', 'geopandas', 'shapely', 'pyogrio', 'swmm', 'scipy', 'matplotlib')\n"
        "try: main()\n"
        "finally: print('heavy:', *(m for m in heavy if m in sys.modules))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8", check=False, timeout=60
    )
    assert answer.stdout.splitlines()[-1].strip() == "heavy:"

"""What is due is done, what is not is not: the same answer, without reading a layer."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from tests.killed_job import killed_at_work
from tests.layers.sources.swmm_cases import changed
from tests.small_project import SmallProject
from tests.small_project import write_small_project as write_with_all_formats
from tests.swmm.model_project import write_model_project
from typer.testing import CliRunner

from spongecalc.batch import unchanged
from spongecalc.cli.app import app
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline


def write_small_project(folder: Path) -> SmallProject:
    """The small project with the page alone as its report: what is due does not depend on the formats."""
    return write_with_all_formats(folder, toml=lambda text: f'{text}\n[document]\nformats = ["html"]\n')


def start(*words: str) -> subprocess.Popen[str]:
    call = [sys.executable, "-m", "spongecalc", *words]
    return subprocess.Popen(
        call,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
        # A shell in the background ignores the signal, and so would what it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  no threads here
    )


def command(*words: str) -> tuple[int, str]:
    process = start(*words)
    output, errors = process.communicate(timeout=180)
    assert "Traceback" not in errors, errors
    return process.returncode, output + errors


def status(folder: Path) -> dict:
    code, said = command("status", str(folder), "--json")
    assert code == 0
    return json.loads(said)


def tables(folder: Path) -> dict[str, bytes]:
    """Every table but runs.csv, whose seconds differ, and the models."""
    found = [*folder.glob("results/*.csv"), *folder.glob("swmm_models/*/*.inp")]
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found if p.name != "runs.csv"}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    project = write_small_project(tmp_path_factory.mktemp("due") / "project")
    assert command("all", str(project.folder), "--jobs", "2")[0] == 0
    return project


def test_a_model_that_was_edited_by_hand_is_named(tmp_path: Path, done: SmallProject) -> None:
    """Only the count was said, and the next build wrote over it."""
    shutil.copytree(done.folder, tmp_path / "project")
    model = next((tmp_path / "project" / "swmm_models").rglob("before.inp"))
    model.write_bytes(model.read_bytes() + "; 手改\n".encode("gbk"))
    code, said = command("status", str(tmp_path / "project"), "--lang", "en")
    assert code == 0
    assert said.count(model.relative_to(tmp_path / "project").as_posix()) == 2
    assert "Changed by hand" in said
    # And the change is kept beside the model that is written anew.
    changed = model.read_bytes()
    code, said = command("build", str(tmp_path / "project"), "--lang", "en")
    assert code == 0
    kept = model.with_name("before.edited.inp")
    assert kept.name in said
    assert kept.read_bytes() == changed
    assert "手改".encode("gbk") not in model.read_bytes()


def test_a_second_call_reads_no_layer_and_changes_no_file(done: SmallProject) -> None:
    before = {p: p.stat().st_mtime_ns for p in done.folder.rglob("*") if p.is_file()}
    program = (
        "import sys; sys.argv = ['spongecalc', 'all', sys.argv[1]]\n"
        "from spongecalc.cli.app import main\n"
        "heavy = ('pandas', 'geopandas', 'pyogrio', 'pyswmm', 'swmm')\n"
        "try: main()\n"
        "finally: print(sorted(m for m in heavy if m in sys.modules))"
    )
    call = [sys.executable, "-c", program, str(done.folder)]
    answer = subprocess.run(call, capture_output=True, text=True, check=True, timeout=60)
    assert "Nothing is due" in answer.stdout
    assert answer.stdout.splitlines()[-1] == "[]"
    assert {p: p.stat().st_mtime_ns for p in done.folder.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("part", ["build", "run", "assess", "report"])
def test_after_all_nothing_is_due_of_its_parts(done: SmallProject, part: str) -> None:
    code, said = command(part, str(done.folder), "--json")
    assert code == 0
    document = json.loads(said)
    assert document["nothing_due"]
    if part == "build":
        assert (document["models"], document["changed"]) == (6, [])


def test_a_report_that_is_gone_is_due_but_no_run(tmp_path: Path, done: SmallProject) -> None:
    folder = tmp_path / "project"
    shutil.copytree(done.folder, folder)
    (folder / "report" / "index.html").unlink()
    assert not status(folder)["nothing_due"]
    code, said = command("run", str(folder), "--json", "--jobs", "2")
    assert code == 0
    assert '"event": "run"' not in said
    assert not (folder / "report" / "index.html").exists()
    assert command("report", str(folder))[0] == 0
    assert (folder / "report" / "index.html").is_file()


def test_design_writes_what_all_wrote(done: SmallProject) -> None:
    """Also the checks that rest on runs, which only the whole assessment makes."""
    names = ("design_checks", "pipe_hydraulics", "design_suggestions")
    files = [done.folder / "results" / f"{n}.csv" for n in names]
    before = [f.read_bytes() for f in files]
    assert b"ground_peak" in before[0]
    for file in files:
        file.unlink()
    assert command("design", str(done.folder))[0] == 0
    assert [f.read_bytes() for f in files] == before


def test_touching_a_layer_is_no_change(done: SmallProject) -> None:
    done.first.touch()
    assert status(done.folder)["nothing_due"]


@pytest.mark.parametrize(
    "file",
    [
        "results/communities.csv",
        "swmm_models/A/after.inp",
        "report/index.html",
        "results/runs",
        "results/sponge_continuous.json",
    ],
)
def test_an_output_that_is_gone_or_altered_is_made_again(tmp_path: Path, done: SmallProject, file: str) -> None:
    folder = tmp_path / "project"
    shutil.copytree(done.folder, folder)
    path = folder / file
    path = path if path.is_file() else next(path.rglob("*.json.gz"))
    content = path.read_bytes()
    path.write_bytes(content[:-40])
    assert not status(folder)["nothing_due"]
    assert command("all", str(folder))[0] == 0
    if path.name != "index.html" and not path.name.endswith(".gz"):
        assert path.read_bytes() == content
    if path.suffix == ".inp":
        assert path.with_name("after.edited.inp").read_bytes() == content[:-40]
    assert status(folder)["nothing_due"]


def test_one_edited_pipe_runs_exactly_its_communitys_models_again(tmp_path: Path) -> None:
    project = write_small_project(tmp_path / "project")
    assert command("run", str(project.folder), "--jobs", "2")[0] == 0
    pipes = gpd.read_file(project.second, layer="pipes")
    pipes.loc[pipes["pipe_id"] == "C-PR", "diameter_mm"] = 400.0
    pyogrio.write_dataframe(pipes, project.second, layer="pipes", driver="GPKG")
    due = status(project.folder)
    assert due["models"] == ["swmm_models/C/after.inp"]
    assert due["runs"] == {"C/after/P3-120": "changed", "C/after/dry": "changed"}
    assert due["changed"] == [] or "c.gpkg" in due["changed"]
    code, said = command("run", str(project.folder), "--dry-run", "--lang", "en")
    assert code == 0
    assert "C/after/dry" in said
    _, events = command("run", str(project.folder), "--json", "--jobs", "2")
    made = [json.loads(line)["run_id"] for line in events.splitlines() if line.startswith('{"event": "run"')]
    assert sorted(made) == ["C/after/P3-120", "C/after/dry"]
    assert status(project.folder)["runs"] == {}


def test_models_of_a_community_that_errors_keep_out_are_named(tmp_path: Path, done: SmallProject) -> None:
    """A delivery that was copied half left the old models, and status said that nothing was due."""
    folder = tmp_path / "project"
    shutil.copytree(done.folder, folder)
    layer = folder / done.second.relative_to(done.folder)
    content = layer.read_bytes()
    layer.write_bytes(content[: len(content) // 2])
    before = (folder / "swmm_models" / "C" / "after.inp").read_bytes()
    code, said = command("build", str(folder), "--lang", "en")
    assert code == 1, said
    assert "Of earlier layers: swmm_models/C/after.inp, swmm_models/C/before.inp." in said
    assert (folder / "swmm_models" / "C" / "after.inp").read_bytes() == before
    code, said = command("build", str(folder), "--lang", "en")
    assert code == 1, said
    assert "Of earlier layers: swmm_models/C/after.inp" in said
    code, said = command("status", str(folder), "--lang", "en")
    assert "Of earlier layers: swmm_models/C/after.inp" in said
    code, said = command("status", str(folder), "--lang", "zh")
    assert "以下模型来自以前的图层：swmm_models/C/after.inp" in said
    layer.write_bytes(content)
    assert "Of earlier layers" not in command("status", str(folder), "--lang", "en")[1]


def test_the_last_answers_with_all_sources_are_kept_while_one_cannot_be_read(
    tmp_path: Path, done: SmallProject
) -> None:
    """A layer copied half wrote blanks over the report that a reviewer had, and nothing was left of it."""
    folder = tmp_path / "project"
    shutil.copytree(done.folder, folder)
    layer, kept = folder / done.second.relative_to(done.folder), folder / "results" / "last_whole"
    content = layer.read_bytes()
    whole = {name: (folder / name).read_bytes() for name in ("results/communities.csv", "report/index.html")}
    layer.write_bytes(content[: len(content) // 2])
    code, said = command("all", str(folder), "--lang", "en", "--jobs", "2")
    assert code == 1, said
    assert f"{layer.name} cannot be read" in said
    assert "are kept in results/last_whole/" in said
    assert (folder / "results" / "communities.csv").read_bytes() != whole["results/communities.csv"]
    assert (kept / "communities.csv").read_bytes() == whole["results/communities.csv"]
    assert (kept / "report" / "index.html").read_bytes() == whole["report/index.html"]
    code, said = command("all", str(folder), "--lang", "en", "--jobs", "2")
    assert code == 1
    assert "are kept in results/last_whole/" in said
    layer.write_bytes(content)
    code, said = command("all", str(folder), "--lang", "en", "--jobs", "2")
    assert code == 0, said
    assert {name: (folder / name).read_bytes() for name in whole} == whole
    assert not kept.exists()


def test_status_after_a_call_that_failed_says_its_errors(tmp_path: Path) -> None:
    project = write_small_project(tmp_path / "project")
    content = project.second.read_bytes()
    project.second.write_bytes(content[: len(content) // 2])
    assert command("all", str(project.folder), "--lang", "en")[0] == 1
    code, said = command("status", str(project.folder), "--lang", "en")
    assert code == 0
    assert "The errors of the last call are still there (exit code 1)" in said


def test_two_at_once_and_one_killed_leave_what_one_alone_leaves(done: SmallProject, tmp_path: Path) -> None:
    project = write_small_project(tmp_path / "project")
    first = start("all", str(project.folder), "--jobs", "2")
    time.sleep(3.0)
    first.kill()
    first.communicate()
    pair = [start("all", str(project.folder), "--jobs", "2") for _ in range(2)]
    for process in pair:
        _, errors = process.communicate(timeout=180)
        assert process.returncode == 0, errors
        assert "Traceback" not in errors
    assert status(project.folder)["nothing_due"]
    assert tables(project.folder) == tables(done.folder)


def test_ctrl_c_ends_a_batch_and_what_is_done_stays(tmp_path: Path) -> None:
    project = write_small_project(tmp_path / "project")
    process = start("run", str(project.folder), "--jobs", "2", "--json")
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith('{"event": "run"'):
            break
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    kept = list((project.folder / "results" / "runs").rglob("*.json.gz"))
    assert kept
    every = len(pipeline.plan(pipeline.build(pipeline.check(load_project(project.folder)))))
    assert len(status(project.folder)["runs"]) == every - len(kept)


@pytest.mark.parametrize("after_s", [0.0, 0.1, 0.3, 0.6, 1.0, 1.5, 2.0])
def test_ctrl_c_while_modules_are_imported(after_s: float, tmp_path: Path) -> None:
    """From the moment on that Ctrl-C is taken over, which the process tells, whenever it comes."""
    project = write_small_project(tmp_path / "project")
    told = (
        "import sys; from spongecalc.cli import stopping; take = stopping.stop_cleanly\n"
        "def stop_cleanly(): take(); print('ready', flush=True)\n"
        "stopping.stop_cleanly = stop_cleanly; from spongecalc.__main__ import main; main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", told, "check", str(project.folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  no threads here
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(after_s)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert "Traceback" not in errors
    # Where the machine is quick, the command may have ended by then: with 0, or 1 if the data has errors.
    assert process.returncode == 130 or (after_s > 1 and process.returncode in (0, 1)), errors


def test_ctrl_c_that_comes_where_it_cannot_be_raised_comes_again() -> None:
    """In a finaliser as in a library's call back from C, Python only tells of an exception and goes on."""
    program = (
        "import time\n"
        "from spongecalc.cli.stopping import stop_cleanly\n"
        "class Lost:\n"
        "    def __del__(self): raise KeyboardInterrupt\n"
        "stop_cleanly()\n"
        "Lost()\n"
        "try:\n"
        "    time.sleep(60)\n"
        "except KeyboardInterrupt:\n"
        "    print('stopped')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
        # Who runs tests in the background may have Ctrl-C ignored, and so would its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert (ended.stdout, ended.stderr, ended.returncode) == ("stopped\n", "", 0)


def test_a_full_disk_is_said_without_a_traceback(tmp_path: Path) -> None:
    project = write_small_project(tmp_path / "project")
    (project.folder / "results").write_text("a file where a folder should be", encoding="utf-8")
    code, said = command("all", str(project.folder), "--lang", "en")
    assert code == 3
    assert "cannot be written" in said


def test_files_beside_a_source_and_those_a_pattern_names_are_inputs(tmp_path: Path) -> None:
    (tmp_path / "gis").mkdir()
    for name in ("pipes.shp", "pipes.dbf", "pipes.gpkg-wal", "nodes.csv", "notes.txt"):
        (tmp_path / "gis" / name).write_text(name, encoding="utf-8")
    (tmp_path / "spongecalc.toml").write_text('a = "gis/pipes.shp"\nb = ["gis/n*.csv"]\n', encoding="utf-8")
    state = unchanged.inputs_state(tmp_path)
    assert state is not None
    files = {Path(k).name for k in state if k.startswith("gis")}
    assert files == {"pipes.shp", "pipes.dbf", "pipes.gpkg-wal", "nodes.csv"}
    (tmp_path / "gis" / "pipes.dbf").write_text("other", encoding="utf-8")
    assert unchanged.inputs_state(tmp_path) != state
    (tmp_path / "spongecalc.toml").write_text('[layers.pipes]\nsource = "postgresql://h/d"\n', encoding="utf-8")
    assert unchanged.inputs_state(tmp_path) is None


@pytest.mark.parametrize("file, old, new", [("rules.inp", "> 2", "> 1"), ("wave.dat", "0.5", "0.25")])
def test_models_are_due_when_a_file_of_rules_or_its_series_changes(
    file: str, old: str, new: str, tmp_path: Path
) -> None:
    """A rule of the project's own, with a series in a file that only the rule's file names."""
    folder = write_model_project(tmp_path, changed())
    page = folder / "spongecalc.toml"
    page.write_text(page.read_text("utf-8") + '[structures]\ncarried = ["rules.inp"]\n', "utf-8")
    rule = "RULE FULL\nIF NODE ST1 DEPTH > 2\nTHEN ORIFICE OR1 SETTING = TIMESERIES WAVE\n"
    (folder / "rules.inp").write_text(f'{rule}[TIMESERIES]\nWAVE FILE "wave.dat"\n', "utf-8")
    (folder / "wave.dat").write_text("0 1\n1 0.5\n", "utf-8")
    assert command("build", str(folder))[0] == 0
    assert json.loads(command("build", str(folder), "--json")[1])["nothing_due"]
    assert command("build", str(folder), "--check")[0] == 0
    changed_file = folder / file
    changed_file.write_text(changed_file.read_text("utf-8").replace(old, new), "utf-8")
    code, said = command("build", str(folder), "--check")
    assert code != 0 and "after.inp" in said
    again = json.loads(command("build", str(folder), "--json")[1])
    assert "nothing_due" not in again and again["changed"]
    assert new.removeprefix("> ") in (folder / "swmm_models" / "A" / "after.inp").read_text("utf-8")


def test_what_a_killed_worker_left_out_is_due_again(
    tmp_path: Path, done: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command ended well, and its stamp said that nothing was due: the gap stayed until --force."""
    from spongecalc.batch import runoff_batch

    folder = tmp_path / "project"
    shutil.copytree(done.folder, folder)
    whole = tables(folder)
    (folder / "results" / "sponge_continuous.json").unlink()
    for stamp in (folder / "results" / ".spongecalc").glob("*-*.json"):
        stamp.unlink()
    with monkeypatch.context() as patched:
        patched.setattr(runoff_batch, "RETRIES", 0)
        patched.setattr(runoff_batch, "run_model", killed_at_work)
        first = CliRunner().invoke(app, ["assess", str(folder), "--jobs", "2", "--lang", "en"])
    assert first.exit_code == 0, first.output
    assert tables(folder) != whole
    again = CliRunner().invoke(app, ["assess", str(folder), "--jobs", "2", "--lang", "en"])
    assert "Nothing is due" not in again.output
    assert tables(folder) == whole
    third = CliRunner().invoke(app, ["assess", str(folder), "--jobs", "2", "--lang", "en"])
    assert "Nothing is due" in third.output

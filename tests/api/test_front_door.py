"""What ``import spongecalc`` gives, and what it does not import before it is asked for."""

from __future__ import annotations

import subprocess
import sys
from importlib import resources

import pytest

import spongecalc as sc


def run_python(code: str, cwd=None) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=cwd, check=True)
    return done.stdout


def test_every_public_name_is_there():
    assert {"open_project", "storm_formula", "chicago", "ProjectError"} <= set(sc.__all__)
    for name in sc.__all__:
        assert getattr(sc, name) is not None
    assert set(sc.__all__) <= set(dir(sc))
    with pytest.raises(AttributeError, match="open_projekt"):
        sc.open_projekt  # noqa: B018


def test_a_star_import_gives_the_public_names():
    names = run_python(
        "from spongecalc import *; print(*sorted(k for k in globals() if k in __import__('spongecalc').__all__))"
    )
    assert names.split() == sorted(sc.__all__)


def test_nothing_is_imported_before_it_is_asked_for():
    loaded = run_python("import sys, spongecalc; print(*sys.modules)").split()
    assert {"pandas", "geopandas", "matplotlib", "pyswmm"} & set(loaded) == set()


def test_plots_alone_import_matplotlib():
    code = "import sys, spongecalc as sc; sc.open_project; print('matplotlib.pyplot' in sys.modules)"
    assert run_python(code).strip() == "False"


def test_types_are_told_to_a_type_checker():
    assert resources.files("spongecalc").joinpath("py.typed").is_file()


def test_a_plain_script_runs_a_project_once(command_line, tmp_path):
    """Worker processes do not begin the script again, whether it has a main guard or not."""
    script = tmp_path / "script.py"
    script.write_text(
        "import spongecalc as sc\n"
        "print('begun')\n"
        f"project = sc.open_project({str(command_line)!r})\n"
        "runs = project.run(jobs=2, again='all')\n"
        "print(sorted(set(runs['status'])), len(runs))\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["begun", "['done'] 15", ""]
    assert "begun" not in done.stderr

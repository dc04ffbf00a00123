"""The Python of the documents runs in the folder of the worked example, and prints what they show."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from matplotlib import pyplot
from nbclient import NotebookClient
from tests.api.document_code import blocks_of, printed
from tests.kept_results import take_results_along

DOCUMENTS = ("docs/api.md", "README.md", "README.zh.md", "docs/tutorial.md")


@pytest.fixture(scope="module")
def example(repository: Path, tmp_path_factory) -> Path:
    """A copy of the worked example, with no more worked out of it than the runs that it takes along."""
    folder = tmp_path_factory.mktemp("example") / "county"
    shutil.copytree(repository / "gis", folder / "gis")
    shutil.copy(repository / "spongecalc.toml", folder)
    (folder / "docs").mkdir()
    take_results_along(repository, folder)
    return folder


@pytest.mark.example
@pytest.mark.parametrize("name", DOCUMENTS)
def test_code_prints_what_the_document_shows(repository, example, monkeypatch, name):
    monkeypatch.chdir(example)
    blocks = blocks_of(repository / name)
    assert blocks
    for block, output in zip(blocks, printed(blocks, name), strict=True):
        if block.shown is not None:
            assert output == block.shown, f"{name}, line {block.line}"
    pyplot.close("all")


@pytest.mark.example
def test_the_notebook_runs(repository, example, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(repository / "src"))
    notebook = nbformat.read(repository / "docs" / "tutorial.ipynb", as_version=4)
    nbformat.validate(notebook)
    client = NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(example / "docs")}}
    )
    done = client.execute()
    pictures = [
        o for c in done.cells if c.cell_type == "code" for o in c.outputs if "image/png" in o.get("data", {})
    ]
    assert len(pictures) == 2


def test_the_notebook_is_kept_without_outputs(repository):
    notebook = nbformat.read(repository / "docs" / "tutorial.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    every = "\n".join(cell.source for cell in notebook.cells)
    for name in (
        "open_project",
        "findings",
        "system(",
        "to_swmm",
        "run(",
        "plot_hydrograph",
        "plot_profile",
        "compare(",
    ):
        assert name in every

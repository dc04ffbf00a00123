"""Renaming every id of the example by a random permutation changes names and nothing else."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from spongecalc.assess.bill import bill_tables
from spongecalc.layers.id_text import REFERENCES
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.built import Built

IDS = {
    "nodes": "node_id",
    "pipes": "pipe_id",
    "surfaces": "surface_id",
    "buildings": "building_id",
    "connections": "connection_id",
    "facilities": "facility_id",
    "ponding_records": "record_id",
    "utilities": "utility_id",
}


# Sections that nothing is computed from: names, and outlines, whose rings may begin at another corner.
UNMEASURED = ("[TITLE]", "[TAGS]", "[POLYGONS]")
ID = re.compile("[A-Z]{2}[0-9]{2}")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def renamed(repository: Path, folder: Path, seed: int) -> Path:
    """A copy of the example in which the ids of each layer stand at other features; communities keep theirs."""
    (folder / "gis").mkdir(parents=True)
    text = (repository / "spongecalc.toml").read_text(encoding="utf-8")
    (folder / "spongecalc.toml").write_text(text, encoding="utf-8")
    for path in (repository / "gis").iterdir():
        if path.is_file() and path.suffix != ".gpkg":
            shutil.copy(path, folder / "gis" / path.name)
    source, target = repository / "gis" / "eshan_phase1.gpkg", folder / "gis" / "eshan_phase1.gpkg"
    frames = {str(n): gpd.read_file(source, layer=n) for n, kind in pyogrio.list_layers(source) if kind}
    random = np.random.default_rng(seed)
    names = {}
    for layer, column in IDS.items():
        if layer in frames:
            own = frames[layer][column].tolist()
            names[layer] = dict(zip(own, random.permutation(own).tolist(), strict=True))
            frames[layer][column] = frames[layer][column].map(names[layer])
    for layer, columns in REFERENCES.items():
        for column, targets in columns.items():
            if layer in frames and column in frames[layer]:
                meant = {k: v for t in targets[::-1] for k, v in names.get(t, {}).items()}
                frames[layer][column] = frames[layer][column].map(lambda v, meant=meant: meant.get(v, v))
    for layer, frame in frames.items():
        pyogrio.write_dataframe(frame, target, layer=layer, driver="GPKG")
    return folder


def built(folder: Path) -> Built:
    return pipeline.build(pipeline.check(load_project(folder)))


def figures(made: Built) -> dict[tuple[str, str], dict[str, np.ndarray]]:
    """Figures of each model, sorted, by section and the words of SWMM's between them; names are left out."""
    own = {}
    for model in made.models:
        names = set(model.elements["model_id"]) | set(model.elements["feature_id"])
        rows: dict[str, list[tuple[float, ...]]] = {}
        section = ""
        for line in model.text(made.events[0]).splitlines():
            if line.startswith("["):
                section = line
            elif line and not line.startswith(";") and section not in UNMEASURED:
                words = ["*" if word in names or ID.search(word) else word for word in line.split()]
                key = " ".join([section, *("#" if NUMBER.fullmatch(w) else w for w in words)])
                rows.setdefault(key, []).append(tuple(float(w) for w in words if NUMBER.fullmatch(w)))
        own[model.name, model.scenario] = {k: np.sort(np.array(v), axis=0) for k, v in rows.items()}
    return own


def test_no_figure_of_models_bill_and_findings_changes(repository: Path, tmp_path: Path) -> None:
    first = built(repository)
    second = built(renamed(repository, tmp_path / "renamed", seed=17))
    assert Counter((f.rule, f.feature.community_id) for f in first.findings) == Counter(
        (f.rule, f.feature.community_id) for f in second.findings
    )
    mine, theirs = figures(first), figures(second)
    assert mine.keys() == theirs.keys()
    for model, rows in mine.items():
        assert theirs[model].keys() == rows.keys(), model
        for key, numbers in rows.items():
            # As they are written: ground between two inlets went by 0.02 m2 to the one or the other.
            np.testing.assert_array_equal(theirs[model][key], numbers, err_msg=f"{model} {key}")
    tables = [
        bill_tables(b.checked.layers, b.checked.project.settings, (), b.checked.documents.prices)["quantities"]
        for b in (first, second)
    ]
    # Amounts are rounded so that they sum to the total: the last hundredth falls to one or the other.
    pd.testing.assert_frame_equal(tables[0], tables[1], check_exact=False, rtol=0, atol=0.0101)

"""Renaming every id of the example by a random permutation changes names and nothing else."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from tests.model_figures import Figures, figures_of

from spongecalc.assess.bill import bill_tables
from spongecalc.layers.id_text import REFERENCES
from spongecalc.project.load import load_project
from spongecalc.report.tables.csv_tables import csv_text
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


def renamed(repository: Path, folder: Path, seed: int | None) -> Path:
    """A copy of the example in which the ids of each layer stand at other features; communities keep theirs.

    Without a seed it is a copy as it is.
    """
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
            others = own if seed is None else random.permutation(own).tolist()
            names[layer] = dict(zip(own, others, strict=True))
            frames[layer][column] = frames[layer][column].map(names[layer])
    for layer, columns in REFERENCES.items():
        for column, targets in columns.items():
            if layer in frames and column in frames[layer]:
                meant = {k: v for t in targets[::-1] for k, v in names.get(t, {}).items()}
                frames[layer][column] = frames[layer][column].map(lambda v, meant=meant: meant.get(v, v))
    for layer, frame in frames.items():
        pyogrio.write_dataframe(frame, target, layer=layer, driver="GPKG")
    return folder


# Two that drain through one another, one of them with a tank, one with a tank of its own, one whose systems are
# joined by a pipe, and a small plain one.
RUN = ("EY02", "EY05", "EY07", "EY08", "EY19")


def answered(folder: Path) -> list[str]:
    """The lines of communities.csv of some communities, through every step from the layers."""
    made = pipeline.build(pipeline.check(load_project(folder), RUN))
    review = pipeline.assess(made, pipeline.run(made, 2), "en")
    table = review.tables["communities"]
    # The features that fail are told by their ids: how many there are is what must not change.
    listed = {c: table[c].str.count(",") for c in ("design_failing", "verdict_warned")}
    return csv_text(table.assign(**listed)).splitlines()


def built(folder: Path) -> Built:
    return pipeline.build(pipeline.check(load_project(folder)))


def figures(made: Built) -> dict[tuple[str, str], Figures]:
    """Figures of each model."""
    return {(m.name, m.scenario): figures_of(m, made.events[0]) for m in made.models}


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


def test_no_figure_of_communities_changes_through_a_full_run(repository: Path, tmp_path: Path) -> None:
    """To the last digit that is written: storms, dry weather, tracers, ten years of capture, ponding, sewage."""
    plain = answered(renamed(repository, tmp_path / "plain", seed=None))
    assert [line.split(",")[0] for line in plain[1:]] == [*RUN, "TOTAL"]
    assert answered(renamed(repository, tmp_path / "renamed", seed=5)) == plain

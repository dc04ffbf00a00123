"""Two deliveries compared: a list of random edits is recovered exactly, and nothing else is reported."""

import random

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, Point, Polygon
from shapely.affinity import translate
from tests.network.bill_layers import layer_set, node, pipe, square

from spongecalc.layers.deliveries import compare


def delivery() -> dict[str, list[dict]]:
    pipes = [
        pipe(
            f"P{i:03d}",
            LineString([(10 * i, 5), (10 * i + 9, 5 + i % 7), (10 * i + 9.5, 20)]),
            invert_up_m=99.0 - i / 100,
            invert_down_m=98.9 - i / 100,
        )
        for i in range(120)
    ]
    nodes = [node(f"N{i:03d}", Point(10 * i, 5), 100.0, 98.5) for i in range(120)]
    return {"communities": [square("A", 0, 1200)], "pipes": pipes, "nodes": nodes}


def edited(rows: dict[str, list[dict]], seed: int, count: int) -> tuple[dict[str, list[dict]], set[tuple]]:
    """The rows after ``count`` random edits, each of another feature; and what they were."""
    dice = random.Random(seed)
    out = {layer: [dict(r) for r in found] for layer, found in rows.items()}
    edits: set[tuple] = set()
    for number, at in enumerate(dice.sample(range(120), count)):
        layer, key = dice.choice([("pipes", "pipe_id"), ("nodes", "node_id")])
        row = next(r for r in out[layer] if r[key] in (f"P{at:03d}", f"N{at:03d}"))
        kinds = ["added", "removed", "moved", "changed", "renamed"] + ["reversed", "resized"] * (layer == "pipes")
        kind = dice.choice(kinds)
        name = row[key]
        if kind == "added":
            name = f"NEW{number:03d}"
            shape = translate(row["geometry"], 0, 40 + number)
            out[layer].append({**row, key: name, "geometry": shape})
            edits.add((layer, name, "added", "", "", ""))
        elif kind == "removed":
            out[layer].remove(row)
            edits.add((layer, name, "removed", "", "", ""))
        elif kind == "moved":
            row["geometry"] = translate(row["geometry"], dice.choice([0.002, 0.5, 30]), 0)
            edits.add((layer, name, "moved", "", "", ""))
        elif kind == "reversed":
            row["geometry"] = row["geometry"].reverse()
            edits.add((layer, name, "reversed", "", "", ""))
        elif kind == "resized":
            row["diameter_mm"] = 400.0
            edits.add((layer, name, "resized", "diameter_mm", "300", "400"))
        elif kind == "renamed":
            row[key] = f"REN{number:03d}"
            edits.add((layer, row[key], "renamed", key, name, row[key]))
        else:
            row["status"] = "existing"
            edits.add((layer, name, "changed", "status", "proposed", "existing"))
    for found in out.values():
        dice.shuffle(found)
    return out, edits


@pytest.mark.parametrize("seed", range(8))
def test_fifty_random_edits_are_recovered_exactly(seed):
    rows = delivery()
    after, edits = edited(rows, seed, 50)
    assert len(edits) == 50
    found = compare(layer_set(**rows), layer_set(**after))
    recovered = {
        tuple(r) for r in found[["layer", "feature_id", "change", "column", "before", "after"]].to_numpy()
    }
    assert recovered == edits
    assert len(found) == 50


def test_the_same_delivery_in_another_order_has_no_changes():
    rows = delivery()
    mixed = {layer: found[::-1] for layer, found in rows.items()}
    assert compare(layer_set(**rows), layer_set(**mixed)).empty


def test_how_far_a_feature_moved_and_what_that_does_to_the_length():
    line = LineString([(0, 0), (30, 0)])
    moved = LineString([(0, 0), (30, 4)])
    found = compare(layer_set(pipes=[pipe("P", line)]), layer_set(pipes=[pipe("P", moved)])).iloc[0]
    assert found["moved_m"] == pytest.approx(4)
    assert found["length_change_m"] == pytest.approx(np.hypot(30, 4) - 30)


def test_an_outline_drawn_from_another_corner_is_no_move():
    ring = [(0, 0), (10, 0), (10, 10), (0, 10)]
    rows = [{**square("A", 0, 1), "geometry": Polygon(ring)}]
    turned = [{**square("A", 0, 1), "geometry": Polygon([*ring[2:], *ring[:2]])}]
    assert compare(layer_set(communities=rows), layer_set(communities=turned)).empty


def test_lengths_of_added_and_removed_lines_add_up_to_the_difference_of_totals():
    rows = delivery()
    after, _ = edited(rows, 3, 50)
    a, b = layer_set(**rows), layer_set(**after)
    found = compare(a, b)
    pipes = found[found["layer"] == "pipes"]
    change = b["pipes"].geometry.length.sum() - a["pipes"].geometry.length.sum()
    assert pipes["length_change_m"].sum() == pytest.approx(change, abs=1e-6)


def test_ids_that_occur_twice_are_counted_and_not_guessed():
    line = LineString([(0, 0), (30, 0)])
    doubled = [pipe("P", line), pipe("P", translate(line, 0, 5))]
    found = compare(layer_set(pipes=doubled), layer_set(pipes=[*doubled, pipe("P", translate(line, 0, 9))]))
    assert found[["layer", "change", "before", "after"]].to_numpy().tolist() == [["pipes", "changed", "2", "3"]]
    assert isinstance(layer_set()["pipes"], gpd.GeoDataFrame)

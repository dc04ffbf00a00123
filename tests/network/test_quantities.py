"""Lengths stay what they are however pipes are drawn; pieces of a pipe across a border add up."""

import itertools
import math
import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box
from shapely.ops import substring

from spongecalc.network.bill_rules import DEFAULT_RULES, BillRules
from spongecalc.network.ledger import AMOUNTS, KEYS, ledger, manhole_size_mm
from spongecalc.network.quantities import as_written, laid_m, quantities, quantities_of, rounded_to_sum
from tests.network.bill_layers import layer_set, node, pipe, square

OWNER = BillRules(False, DEFAULT_RULES.trench)
# To the millimetre, as surveys are: an overlay loses a line that lies 1e-189 m outside a community.
millimetres = st.integers(-50_000, 350_000).map(lambda mm: mm / 1000)
coordinates = st.tuples(millimetres, millimetres)
polylines = st.lists(coordinates, min_size=2, max_size=6, unique=True).map(LineString)
SQUARES = [square("A", 0, 100), square("B", 100, 200), square("C", 200, 300)]


def layers_with_levels(lines, *, cuts, reverse, order_seed):
    """The lines as pipes that fall 1 % along their length under level ground, each cut at some places."""
    pipes, nodes = [], []
    for number, line in enumerate(lines):
        stations = sorted({0.0, *(c * line.length for c in cuts[number]), line.length})
        stations = [s for i, s in enumerate(stations) if i == 0 or s - stations[i - 1] > 0.01]
        stations[-1] = line.length
        for k, (low, high) in enumerate(itertools.pairwise(stations)):
            part = substring(line, low, high)
            ends, levels = [f"N{number}-{k}", f"N{number}-{k + 1}"], [99 - low / 100, 99 - high / 100]
            if reverse:
                part, ends, levels = part.reverse(), ends[::-1], levels[::-1]
            pipes.append(
                pipe(
                    f"P{number}-{k}",
                    part,
                    "ABC"[number % 3],
                    from_node=ends[0],
                    to_node=ends[1],
                    invert_up_m=levels[0],
                    invert_down_m=levels[1],
                )
            )
        for k, s in enumerate(stations):
            nodes.append(node(f"N{number}-{k}", Point(line.interpolate(s)), 100.0, 99 - s / 100))
    random.Random(order_seed).shuffle(pipes)
    return layer_set(communities=SQUARES, pipes=pipes, nodes=nodes)


def totals(layers, rules=DEFAULT_RULES):
    rows = ledger(layers, rules)
    rows = rows[rows["layer"] == "pipes"]
    by = rows.groupby(["community_id", "item", "system", "diameter_mm", "material"], dropna=False)[
        ["length_m", "true_length_m", "volume_m3"]
    ].sum()
    # The material of what is restored is the cover; here none, so that it says nothing about the pipe.
    return by[by.abs().sum(axis=1) > 1e-6]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(polylines, min_size=1, max_size=5),
    st.lists(st.floats(0.05, 0.95), max_size=4),
    st.booleans(),
    st.integers(0, 99),
)
def test_totals_stay_however_pipes_are_split_merged_reversed_or_reordered(lines, cuts, reverse, seed):
    lines = [line for line in lines if line.length > 1]
    whole = layers_with_levels(lines, cuts=[[]] * len(lines), reverse=False, order_seed=0)
    parts = layers_with_levels(lines, cuts=[cuts] * len(lines), reverse=reverse, order_seed=seed)
    if not lines:
        return
    expected, found = totals(whole), totals(parts)
    shared = expected.index.union(found.index)
    # A piece of less than a millimetre beyond a border stays with its pipe.
    allowed = 0.002 * 6 * len(lines)
    difference = (expected.reindex(shared).fillna(0) - found.reindex(shared).fillna(0)).abs()
    assert difference[["length_m", "true_length_m"]].max(axis=None) < allowed
    length = sum(line.length for line in lines)
    for layers in (whole, parts):
        rows = ledger(layers)
        assert rows.loc[rows["item"] == "pipe", "length_m"].sum() == pytest.approx(length, abs=1e-6)
        written = quantities_of(as_written(rows))
        assert written.loc[written["item"] == "pipe", "length_m"].sum() == pytest.approx(
            round(length, 2), abs=1e-6
        )


@settings(max_examples=80, deadline=None)
@given(st.lists(polylines, min_size=1, max_size=6))
def test_pieces_in_communities_add_up_to_each_pipe(lines):
    lines = [line for line in lines if line.length > 0.1]
    pipes = [pipe(f"P{i}", line, "ABC"[i % 3]) for i, line in enumerate(lines)]
    rows = ledger(layer_set(communities=SQUARES, pipes=pipes))
    rows = rows[rows["item"] == "pipe"]
    for i, line in enumerate(lines):
        own = rows[rows["feature_id"] == f"P{i}"]
        assert own["length_m"].sum() == pytest.approx(line.length, abs=1e-9)
        assert own["count"].sum() == 1
        # A second way: what lies in each of the other squares, by shapely alone.
        for name, x0 in (("A", 0), ("B", 100), ("C", 200)):
            if name != "ABC"[i % 3]:
                inside = line.intersection(box(x0, 0, x0 + 100, 100)).difference(
                    box(
                        *({"A": (0, 0, 100, 100), "B": (100, 0, 200, 100), "C": (200, 0, 300, 100)}["ABC"[i % 3]])
                    )
                )
                mine = own.loc[own["community_id"] == name, "length_m"].sum()
                assert mine == pytest.approx(inside.length, abs=0.002) or inside.length < 0.002


def test_a_pipe_across_a_border_by_hand():
    """50 m drawn from x = 70 to x = 120: 30 m in A and 20 m in B; 0.5 m of fall over it, so 50.0025 m true."""
    layers = layer_set(
        communities=SQUARES,
        pipes=[
            pipe(
                "P",
                LineString([(70, 50), (120, 50)]),
                "A",
                invert_up_m=99.0,
                invert_down_m=98.5,
                from_node="1",
                to_node="2",
            )
        ],
    )
    rows = ledger(layers).query("item == 'pipe'").set_index("community_id")
    assert rows["length_m"].to_dict() == pytest.approx({"A": 30.0, "B": 20.0})
    assert rows["true_length_m"].sum() == pytest.approx(math.hypot(50, 0.5))
    assert rows["count"].to_dict() == {"A": 1, "B": 0}
    whole = ledger(layers, OWNER).query("item == 'pipe'")
    assert whole[["community_id", "length_m"]].to_numpy().tolist() == [["A", 50.0]]


def test_a_pipe_in_the_street_stays_with_its_community():
    layers = layer_set(communities=SQUARES, pipes=[pipe("P", LineString([(50, 90), (50, 130)]), "A")])
    rows = ledger(layers).query("item == 'pipe'")
    assert rows[["community_id", "length_m"]].to_numpy().tolist() == [["A", 40.0]]


def test_where_communities_overlap_nothing_counts_twice():
    layers = layer_set(
        communities=[square("A", 0, 60), square("B", 40, 100), square("C", 50, 120)],
        pipes=[pipe("P", LineString([(0, 50), (120, 50)]), "A")],
    )
    rows = ledger(layers).query("item == 'pipe'").set_index("community_id")["length_m"]
    assert rows.to_dict() == pytest.approx({"A": 60.0, "B": 40.0, "C": 20.0})


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=60), st.integers(0, 3))
def test_rounded_parts_add_up_to_the_rounded_sum(values, places):
    rounded = rounded_to_sum(np.array(values), places)
    assert rounded.sum() == pytest.approx(round(sum(values), places), abs=1e-9 + 1e-12 * sum(values))
    assert np.abs(rounded - values).max() <= 10.0**-places + 1e-6
    assert (rounded >= 0).all()


def test_written_centimetres_add_up_where_each_by_itself_would_not():
    """A hundred pipes of 10.004 m are 1000.40 m; each rounded by itself they would make 1000.00 m."""
    pipes = [pipe(f"P{i}", LineString([(0, i), (10.004, i)]), "AB"[i % 2]) for i in range(100)]
    written = as_written(ledger(layer_set(communities=SQUARES, pipes=pipes), OWNER))
    own = written[written["item"] == "pipe"]
    assert round(own["length_m"].sum(), 6) == 1000.40
    assert own.groupby("community_id")["length_m"].sum().round(6).to_dict() == {"A": 500.20, "B": 500.20}
    assert set(own["length_m"]) == {10.00, 10.01}
    assert laid_m(written, "A", "storm") == pytest.approx(500.20)


def test_written_centimetres_add_up_within_each_phase():
    """Three communities of 10.004 m each: phase 1 has two, 20.008 m, and is written as 20.01, not 20.00."""
    squares = [{**s, "phase": p} for s, p in zip(SQUARES, "121", strict=True)]
    pipes = [pipe(f"P{i}", LineString([(100 * i, 0), (100 * i + 10.004, 0)]), c) for i, c in enumerate("ABC")]
    written = as_written(ledger(layer_set(communities=squares, pipes=pipes), OWNER))
    own = written[written["item"] == "pipe"]
    assert own.groupby("phase")["length_m"].sum().round(6).to_dict() == {"1": 20.01, "2": 10.00}
    assert round(own["length_m"].sum(), 6) == 30.01


def test_every_row_of_the_bill_is_the_sum_of_its_features():
    lines = [LineString([(3.3 * i, 10), (3.3 * i + 7.777, 31.1)]) for i in range(40)]
    layers = layer_set(communities=SQUARES, pipes=[pipe(f"P{i}", line) for i, line in enumerate(lines)])
    written = as_written(ledger(layers))
    bill = quantities_of(written)
    for _, row in bill.iterrows():
        own = written
        for key in KEYS:
            own = own[(own[key] == row[key]) | (own[key].isna() & pd.isna(row[key]))]
        assert len(own)
        for amount in AMOUNTS:
            if pd.notna(row[amount]):
                assert own[amount].sum() == pytest.approx(row[amount], abs=1e-9)
    assert laid_m(written, "A", "storm") == pytest.approx(
        bill.query("item == 'pipe' and community_id == 'A'")["length_m"].sum()
    )


def test_an_amount_one_feature_does_not_know_is_not_stated():
    """Two pipes of one row, one without levels: plan length is known, true length and trench are not."""
    line = LineString([(10, 10), (30, 10)])
    known = pipe("K", line, invert_up_m=99.0, invert_down_m=98.9, from_node="1", to_node="2")
    nodes = [node("1", Point(10, 10), 100, 99), node("2", Point(30, 10), 100, 98.9)]
    bill = quantities(layer_set(communities=SQUARES, pipes=[known, pipe("U", line)], nodes=nodes))
    lengths = bill[bill["item"] == "pipe"].set_index("depth_band")
    assert lengths["length_m"].to_dict() == {"1.0-1.5 m": 20.0, "unknown": 20.0}
    assert np.isnan(lengths.loc["unknown", "true_length_m"])
    dug = bill[bill["item"] == "trench_excavation"].set_index("depth_band")["volume_m3"]
    # Outer 0.3 x 1.17 = 0.351, bottom 0.951; depths 1.0 and 1.1 plus wall 0.0255 and bedding 0.1: mean 1.1755.
    assert dug["1.0-1.5 m"] == pytest.approx(20 * 0.951 * 1.1755, abs=0.006)
    assert np.isnan(dug["unknown"])


def test_surface_to_restore_is_what_stays_and_what_is_paved_anew_is_told_apart():
    """20 m of trench 0.951 m wide: 12 m under old concrete, 8 m under the new paving."""
    line = LineString([(10, 10), (30, 10)])
    nodes = [node("1", Point(10, 10), 100, 99), node("2", Point(30, 10), 100, 99)]
    surfaces = [
        {
            "surface_id": "S1",
            "cover": "concrete",
            "status": "existing",
            "community_id": "A",
            "geometry": box(0, 0, 22, 20),
        },
        {
            "surface_id": "S2",
            "cover": "permeable_concrete",
            "status": "proposed",
            "surface_mm": 180.0,
            "base_mm": 200.0,
            "community_id": "A",
            "geometry": box(22, 0, 40, 20),
        },
        {
            "surface_id": "S3",
            "cover": "asphalt",
            "status": "removed",
            "community_id": "A",
            "geometry": box(22, 0, 40, 20),
        },
    ]
    new = pipe("P", line, invert_up_m=99.0, invert_down_m=99.0, from_node="1", to_node="2")
    bill = quantities(layer_set(communities=SQUARES, pipes=[new], nodes=nodes, surfaces=surfaces))
    area = bill.set_index(["item", "material"])["area_m2"]
    assert area["surface_restoration", "concrete"] == pytest.approx(12 * 0.951, abs=0.011)
    assert area["surface_repaved", "permeable_concrete"] == pytest.approx(8 * 0.951, abs=0.011)
    course = bill[bill["item"] == "paving_course"].iloc[0]
    assert (course["depth_band"], course["volume_m3"]) == ("180 mm", pytest.approx(360 * 0.18))


@pytest.mark.parametrize(
    ("pipe_mm", "size_mm"), [(200, 700), (201, 1000), (600, 1000), (601, 1250), (1201, math.nan)]
)
def test_manhole_size_by_its_largest_pipe(pipe_mm, size_mm):
    found = manhole_size_mm(pd.Series([float(pipe_mm)]))[0]
    assert found == size_mm or (math.isnan(found) and math.isnan(size_mm))


@pytest.mark.parametrize(
    ("kind", "area_m2"), [("rain_tank", 0.0), ("infiltration_well", 0.0), ("rain_garden", 20.0)]
)
def test_a_tank_is_billed_by_its_volume_and_a_garden_by_its_ground(kind, area_m2):
    """A tank drawn as an outline had an area in the bill, and none drawn as a point."""
    facility = {"facility_id": "F", "kind": kind, "volume_m3": 12.0, "status": "proposed", "community_id": "A"}
    own = {"communities": [square("A", 0, 100)]}
    drawn = ledger(layer_set(**own, facilities=[{**facility, "geometry": box(0, 0, 4, 5)}]))
    point = ledger(layer_set(**own, facilities=[{**facility, "geometry": Point(2, 2)}]))
    assert drawn["area_m2"].sum() == area_m2
    assert point["area_m2"].sum() == 0
    assert drawn["volume_m3"].sum() == point["volume_m3"].sum() == 12.0

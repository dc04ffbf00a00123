"""Results against the tables that SWMM itself wrote, read here with a reader of the test's own."""

import math
import re

import pytest

MODELS = ("courtyard_lps", "dry_lps", "valley_cms", "block_cfs", "block_gpm")
GALLON_M3 = 0.003785411784
ACRE_FOOT_M3 = 1233.48183754752
FLOW_L_S = {"LPS": 1.0, "CMS": 1000.0, "CFS": 28.316846592, "GPM": 0.0630901964}


def scale(result):
    """Factors of the report's units to SI: (10^6 volume, volume of balances, rain, length, flow, mass)."""
    us = result.flow_units in ("CFS", "GPM")
    return {
        "million": 1e6 * GALLON_M3 if us else 1000.0,
        "volume": ACRE_FOOT_M3 if us else 10000.0,
        "rain_mm": 25.4 if us else 1.0,
        "length_m": 0.3048 if us else 1.0,
        "flow_l_s": FLOW_L_S[result.flow_units],
        "mass_kg": 0.45359237 if us else 1.0,
    }


def table(report, title):
    """Rows of one of the report's tables: first word -> the other words."""
    body = report.split(f"\n  {title}\n", 1)[1]
    lines = body.splitlines()
    rules = [n for n, line in enumerate(lines) if line.strip() and set(line.strip()) == {"-"}]
    rows = {}
    for line in lines[rules[1] + 1 :]:
        words = line.split()
        if not words or set(words[0]) == {"-"}:
            break
        rows[words[0]] = words[1:]
    return rows


def balance_line(report, title, term, column):
    body = report.split(title, 1)[1].split("Continuity Error", 1)[0]
    found = re.search(rf"{re.escape(term)} \.+\s*([-\d.]+)(?:\s+([-\d.]+))?", body)
    return float(found[column]) if found else 0.0


def close(value, printed, unit, decimals, relative=2e-4):
    """A value agrees with a printed one within half its last digit, and the engine's rounded constants."""
    return value == pytest.approx(printed * unit, abs=0.5001 * 10.0**-decimals * unit, rel=relative)


@pytest.mark.parametrize("name", MODELS)
def test_subcatchments(runs, name):
    result, report, _ = runs[name]
    unit = scale(result)
    rows = table(report, "Subcatchment Runoff Summary")
    assert list(rows) == list(result.subcatchments.index)
    for subcatchment, words in rows.items():
        rain, runon, evaporation, infiltration, _, _, runoff, volume, peak, _ = map(float, words)
        row = result.subcatchments.loc[subcatchment]
        per_mm = row.area_m2 / 1000.0
        assert close(row.rainfall_mm, rain, unit["rain_mm"], 2)
        for figure, printed in (
            (row.rainfall_m3, rain),
            (row.runon_m3, runon),
            (row.evaporation_m3, evaporation),
            (row.infiltration_m3, infiltration),
            (row.runoff_m3, runoff),
        ):
            assert close(figure / per_mm, printed, unit["rain_mm"], 2)
        assert close(row.runoff_m3, volume, unit["million"], 2)
        assert close(row.peak_l_s, peak, unit["flow_l_s"], 2)


@pytest.mark.parametrize("name", MODELS)
def test_nodes(runs, name):
    result, report, _ = runs[name]
    unit = scale(result)
    decimals = 3 if result.flow_units == "CMS" else 2
    for node, words in table(report, "Node Depth Summary").items():
        assert result.nodes.kind[node] == words[0].lower()
        assert close(result.nodes.max_depth_m[node], float(words[2]), unit["length_m"], 2)
    for node, words in table(report, "Node Inflow Summary").items():
        assert close(result.nodes.inflow_peak_l_s[node], float(words[2]), unit["flow_l_s"], decimals)
        lateral = float(words[5]) * unit["million"]
        assert result.nodes.lateral_inflow_m3[node] == pytest.approx(lateral, rel=6e-3, abs=1e-9)
    flooded = result.nodes[result.nodes.flooded_h > 0]
    if "No nodes were flooded" in report:
        assert flooded.empty
    else:
        rows = table(report, "Node Flooding Summary")
        assert list(rows) == list(flooded.index)
        for node, words in rows.items():
            assert close(flooded.flooded_h[node], float(words[0]), 1.0, 2)
            assert close(flooded.flood_peak_l_s[node], float(words[1]), unit["flow_l_s"], decimals)
            assert close(flooded.flood_volume_m3[node], float(words[4]), unit["million"], 3)
    surcharged = result.nodes[result.nodes.surcharged_h > 0]
    if "No nodes were surcharged" in report:
        assert surcharged.empty
    else:
        rows = table(report, "Node Surcharge Summary")
        assert list(rows) == list(surcharged.index)
        for node, words in rows.items():
            assert close(surcharged.surcharged_h[node], float(words[1]), 1.0, 2)


@pytest.mark.parametrize("name", MODELS)
def test_links(runs, name):
    result, report, _ = runs[name]
    unit = scale(result)
    decimals = 3 if result.flow_units == "CMS" else 2
    rows = table(report, "Link Flow Summary")
    assert list(rows) == list(result.links.index)
    for link, words in rows.items():
        row = result.links.loc[link]
        assert close(row.peak_l_s, float(words[1]), unit["flow_l_s"], decimals)
        if row.kind == "conduit":
            assert close(row.max_velocity_m_s, float(words[4]), unit["length_m"], 2)
            assert close(row.max_fullness, float(words[6]), 1.0, 2)
        else:
            assert math.isnan(row.max_fullness)
    if "No conduits were surcharged" in report:
        assert (result.links.surcharged_h.fillna(0.0) == 0.0).all()
    else:
        for link, words in table(report, "Conduit Surcharge Summary").items():
            # Full at both ends, at the upper, at the lower, each to a hundredth and at least that.
            both, upper, lower = map(float, words[:3])
            assert result.links.surcharged_h[link] == pytest.approx(upper + lower - both, abs=0.026)


@pytest.mark.parametrize("name", MODELS)
def test_outfalls(runs, name):
    result, report, _ = runs[name]
    unit = scale(result)
    decimals = 3 if result.flow_units == "CMS" else 2
    rows = table(report, "Outfall Loading Summary")
    assert list(rows) == list(result.outfalls.index)
    for outfall, words in rows.items():
        row = result.outfalls.loc[outfall]
        assert close(row.peak_l_s, float(words[2]), unit["flow_l_s"], decimals)
        assert close(row.volume_m3, float(words[3]), unit["million"], 3)
        for printed, (pollutant, concentration) in zip(words[4:], result.pollutants.items(), strict=True):
            if concentration == "#/L":
                count = row[f"load_{pollutant}_count"]
                assert math.log10(count) if count else pytest.approx(float(printed), abs=6e-4) == 0.0
            else:
                assert close(row[f"load_{pollutant}_kg"], float(printed), unit["mass_kg"], 3, relative=1e-3)


@pytest.mark.parametrize("name", MODELS)
def test_storage_units(runs, name):
    result, report, _ = runs[name]
    if result.storages.empty:
        assert "Storage Volume Summary" not in report
        return
    thousand = 1000.0 * (0.028316846592 if result.flow_units in ("CFS", "GPM") else 1.0)
    for storage, words in table(report, "Storage Volume Summary").items():
        assert close(result.storages.max_volume_m3[storage], float(words[4]), thousand, 3)


@pytest.mark.parametrize("name", MODELS)
def test_totals(runs, name):
    result, report, _ = runs[name]
    unit = scale(result)
    depth_m3 = unit["rain_mm"] * result.subcatchments.area_m2.sum() / 1000.0
    for term, label in (
        ("rainfall", "Total Precipitation"),
        ("evaporation", "Evaporation Loss"),
        ("infiltration", "Infiltration Loss"),
        ("runoff", "Surface Runoff"),
        ("lid_drainage", "LID Drainage"),
        ("surface_storage_final", "Final Storage"),
    ):
        printed = balance_line(report, "Runoff Quantity Continuity", label, 2)
        assert close(result.totals_m3[term], printed, depth_m3, 3), term
    for term, label in (
        ("dry_weather_inflow", "Dry Weather Inflow"),
        ("wet_weather_inflow", "Wet Weather Inflow"),
        ("external_inflow", "External Inflow"),
        ("outflow", "External Outflow"),
        ("flooding", "Flooding Loss"),
        ("network_evaporation", "Evaporation Loss"),
        ("storage_initial", "Initial Stored Volume"),
        ("storage_final", "Final Stored Volume"),
    ):
        printed = balance_line(report, "Flow Routing Continuity", label, 2)
        assert close(result.totals_m3[term], printed, unit["million"], 3), term


@pytest.mark.parametrize("name", MODELS)
def test_continuity_errors(runs, name):
    result, report, _ = runs[name]
    body = report.split("Runoff Quantity Continuity", 1)[1]
    printed = [float(value) for value in re.findall(r"Continuity Error \(%\) \.+\s+([-\d.]+)", body)]
    assert result.runoff_error_percent == pytest.approx(printed[0], abs=6e-4)
    assert result.routing_error_percent == pytest.approx(printed[2], abs=6e-4)
    last = body.split("Quality Routing Continuity", 1)[1]
    worst = re.search(r"Continuity Error \(%\) \.+\s+(.*)", last)[1].split()
    assert abs(result.quality_error_percent) == pytest.approx(max(abs(float(w)) for w in worst), abs=6e-4)

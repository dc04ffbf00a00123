"""Every check with a value on each side of its limit and one exactly on it, worked by hand from the clause."""

import math

import pandas as pd
import pytest
from shapely import LineString, Point, box

from spongecalc.catalogue.catalogue import shipped
from spongecalc.design.check import CHECK_COLUMNS, Check, Limit, Subject, checks_table
from spongecalc.design.clearances import check_clearances
from spongecalc.design.cover import check_cover
from spongecalc.design.full_pipe import check_full_pipes
from spongecalc.design.hydraulics import check_hydraulics, pipe_hydraulics
from spongecalc.design.inlets import check_inlets
from spongecalc.design.limits import Limits, required_return_period
from spongecalc.design.manholes import check_manholes, turning_angle_degrees
from spongecalc.design.network import DrainedArea
from spongecalc.design.sizes import check_sizes
from spongecalc.layers.feature import Feature
from spongecalc.project.design_settings import DesignSettings, LimitOverride
from spongecalc.standards.provenance import Confirmation
from tests.design.nets import ALL_READ, carried, chain, network
from tests.network.bill_layers import layer_set, node, pipe

SETTINGS = DesignSettings()
CITIES = ("megacity", "large city", "medium or small city")
CARRIAGEWAY = tuple(c for c, cover in shipped().covers.items() if cover.carriageway)
LIMITS = Limits(SETTINGS, confirmations=ALL_READ)
MAIN = "community main (plastic sewage)"
PERIOD = Limit(2.0, "a", "GB 50014-2021 4.1.3", "printed")


def of(checks, name, feature="P1", **fits):
    """The only check of a name on a feature."""
    found = [c for c in checks if c.check == name and c.feature.feature_id == feature]
    found = [c for c in found if all(getattr(c, k) == v for k, v in fits.items())]
    assert len(found) == 1, found
    return found[0]


def flows(net, **values):
    """A table of flows in which every pipe has the same."""
    row = {
        "mean_sewage_l_s": 1.0,
        "peak_factor": 2.7,
        "sewage_l_s": 0.0,
        "area_m2": 1000.0,
        "runoff_coefficient": 0.7,
        "time_min": 10.0,
        "intensity_l_s_ha": 250.0,
        "storm_l_s": 0.0,
        "in_loop": False,
        **values,
    }
    return pd.DataFrame([row] * len(net.pipes), index=net.pipes["pipe_id"])


def hydraulic(net, **values):
    return check_hydraulics(net, pipe_hydraulics(net, flows(net, **values)), LIMITS, PERIOD, "community")


# --- pipes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "network_kind", "size", "verdict"),
    [
        ("sewage", "community", 199, "fail"),
        ("sewage", "community", 200, "pass"),
        ("sewage", "community", 201, "pass"),
        ("sewage", "municipal", 299, "fail"),
        ("sewage", "municipal", 300, "pass"),
        ("sewage", "municipal", 301, "pass"),
        ("storm", "community", 299, "fail"),
        ("storm", "community", 300, "pass"),
        ("combined", "community", 301, "pass"),
    ],
)
def test_least_diameter(system, network_kind, size, verdict):
    net = chain({"system": system, "diameter_mm": size})
    check = of(check_sizes(net, LIMITS, network_kind), "min_diameter")
    assert check.verdict == verdict
    assert check.excess == pytest.approx(check.limit.value - size)


@pytest.mark.parametrize(
    ("system", "size", "material", "fall_mm_in_30_m", "verdict"),
    [
        # GB 50015 4.10, DN200: 0.004, which is 120 mm in 30 m.
        ("sewage", 200, "HDPE", 119, "fail"),
        ("sewage", 200, "HDPE", 120, "pass"),
        ("sewage", 200, "HDPE", 121, "pass"),
        # GB 50014 5.2.10, DN300: 0.003 for sewage, 0.002 for rain in plastic and 0.003 in other material.
        ("sewage", 300, "HDPE", 89, "fail"),
        ("sewage", 300, "HDPE", 90, "pass"),
        ("storm", 300, "HDPE", 59, "fail"),
        ("storm", 300, "HDPE", 60, "pass"),
        ("storm", 300, "HDPE", 61, "pass"),
        ("storm", 300, "钢筋混凝土", 89, "fail"),
        ("storm", 300, "钢筋混凝土", 90, "pass"),
        # Combined pipes have 0.003 whatever they are made of.
        ("combined", 300, "HDPE", 89, "fail"),
        ("combined", 300, "HDPE", 90, "pass"),
        ("combined", 300, "钢筋混凝土", 89, "fail"),
        ("storm", 400, "HDPE", 30, "not_checkable"),
        # Commentary on 5.2.10, table 11: sewers of concrete, DN400 0.0015, DN600 0.0010, DN1500 0.0005.
        ("sewage", 400, "钢筋混凝土", 44, "fail"),
        ("sewage", 400, "钢筋混凝土", 45, "pass"),
        ("sewage", 600, "钢筋混凝土", 29, "fail"),
        ("sewage", 700, "钢筋混凝土", 30, "pass"),
        ("sewage", 1200, "钢筋混凝土", 17, "fail"),
        ("sewage", 1200, "钢筋混凝土", 18, "pass"),
        ("sewage", 1500, "钢筋混凝土", 15, "pass"),
        ("sewage", 1600, "钢筋混凝土", 14, "not_checkable"),
        ("sewage", 350, "钢筋混凝土", 30, "not_checkable"),
        ("sewage", 400, "HDPE", 44, "not_checkable"),
        ("storm", 400, "钢筋混凝土", 44, "not_checkable"),
        ("storm", 400, "HDPE", -30, "fail"),
    ],
)
def test_least_slope(system, size, material, fall_mm_in_30_m, verdict):
    net = chain(
        {
            "system": system,
            "diameter_mm": size,
            "material": material,
            "invert_up_m": 98.0,
            "invert_down_m": 98.0 - fall_mm_in_30_m / 1000,
        }
    )
    assert of(check_sizes(net, LIMITS, "community"), "min_slope").verdict == verdict


@pytest.mark.parametrize(
    ("size", "length", "verdict"),
    [
        (300, 74.999, "pass"),
        (300, 75.0, "pass"),
        (300, 75.001, "fail"),
        (700, 100.0, "pass"),
        (700, 100.001, "fail"),
        (1100, 150.0, "pass"),
        (1600, 200.001, "fail"),
        # GB 50014 begins at DN300; GB 50015: 30 m up to DN150, 40 m from DN200.
        (299, 40.0, "pass"),
        (299, 40.001, "fail"),
        (150, 30.001, "fail"),
    ],
)
def test_manhole_spacing(size, length, verdict):
    net = chain({"diameter_mm": size}, places=[(0, 0), (length, 0)])
    assert of(check_sizes(net, LIMITS, "community"), "max_manhole_spacing").verdict == verdict


@pytest.mark.parametrize(
    ("size", "length", "applies_to", "verdict"),
    [
        (300, 40.0, "straight run without machines", "pass"),
        (300, 40.001, "straight run without machines", "fail"),
        (1600, 40.001, "straight run without machines", "fail"),
        (250, 40.001, "straight run without machines", "fail"),
        (150, 30.001, "straight run below DN300", "fail"),  # the shorter limit of its size stays
    ],
)
def test_manholes_that_no_machine_reaches_lie_at_most_40_m_apart(size, length, applies_to, verdict):
    """GB 50014-2021, 5.4.4."""
    net = chain({"diameter_mm": size}, places=[(0, 0), (length, 0)])
    check = of(check_sizes(net, LIMITS, "community", machine_cleaning=False), "max_manhole_spacing")
    assert (check.applies_to, check.verdict) == (applies_to, verdict)


def test_a_limit_nobody_read_does_not_hide_the_40_m():
    net = chain({"diameter_mm": 150}, places=[(0, 0), (40.001, 0)])
    check = of(
        check_sizes(net, Limits(DesignSettings()), "community", machine_cleaning=False), "max_manhole_spacing"
    )
    assert (check.limit.value, check.verdict, check.limit.how_known) == (40.0, "fail", "printed")


@pytest.mark.parametrize(
    ("material", "size", "verdict"),
    [
        ("混凝土", 499, "fail"),
        ("混凝土", 500, "fail"),  # "up to and including DN500"
        ("混凝土", 501, "pass"),
        ("钢筋混凝土承插管", 300, "pass"),
        ("HDPE", 300, "pass"),
        ("unobtainium", 300, "not_checkable"),
    ],
)
def test_material(material, size, verdict):
    net = chain({"diameter_mm": size, "material": material})
    assert of(check_sizes(net, LIMITS, "community"), "material").verdict == verdict


# --- hydraulics ----------------------------------------------------------------------------------------------
# A DN300 of n = 0.010 at 1 % carries when full 0.01^0.5 / 0.010 x 0.075^(2/3) = 1.7784 m/s and 125.71 l/s.
FULL_M_S = 0.01**0.5 / 0.010 * 0.075 ** (2 / 3)
FULL_L_S = FULL_M_S * math.pi / 4 * 0.09 * 1000


@pytest.mark.parametrize(("share", "verdict"), [(0.999, "pass"), (1.0, "pass"), (1.001, "fail")])
def test_capacity(share, verdict):
    check = of(hydraulic(chain({}), storm_l_s=share * FULL_L_S), "capacity")
    assert check.verdict == verdict
    assert check.limit.value == pytest.approx(FULL_L_S)
    assert check.applies_to == "P = 2 a"


@pytest.mark.parametrize(
    ("size", "fullness_limit"),
    [(200, 0.55), (300, 0.55), (350, 0.65), (450, 0.65), (500, 0.70), (900, 0.70), (1000, 0.75)],
)
@pytest.mark.parametrize(("off", "verdict"), [(-0.002, "pass"), (0.0, "pass"), (0.002, "fail")])
def test_fullness(size, fullness_limit, off, verdict):
    """The flow at the limit's depth from the segment of a circle: theta = 2 acos(1 - 2 y / D)."""
    depth = fullness_limit + off
    theta = 2 * math.acos(1 - 2 * depth)
    area = (size / 1000) ** 2 / 8 * (theta - math.sin(theta))
    radius = area / (size / 1000 * theta / 2)
    flow = 1000 * area * radius ** (2 / 3) * 0.01**0.5 / 0.010
    if off == 0.0:
        flow *= 1 - 1e-9  # on the limit but for the rounding of floats
    net = chain({"system": "sewage", "diameter_mm": size})
    check = of(hydraulic(net, sewage_l_s=flow), "max_fullness")
    assert check.verdict == verdict
    assert check.value == pytest.approx(depth, abs=1e-6)
    assert check.limit.value == fullness_limit


def test_a_sewer_that_cannot_carry_its_flow_is_overfull():
    net = chain({"system": "sewage"})
    check = of(hydraulic(net, sewage_l_s=1.1 * FULL_L_S), "max_fullness")
    assert (check.verdict, check.reason) == ("fail", "over_capacity")


@pytest.mark.parametrize(("speed", "verdict"), [(0.749, "fail"), (0.75, "pass"), (0.751, "pass")])
def test_least_velocity_of_a_full_rain_pipe(speed, verdict):
    slope = (speed * 0.010 / 0.075 ** (2 / 3)) ** 2
    net = chain({"invert_up_m": 98.0, "invert_down_m": 98.0 - 30 * slope, "roughness": 0.010})
    check = of(hydraulic(net), "min_velocity")
    assert check.value == pytest.approx(speed, rel=1e-9)
    assert check.verdict == verdict


@pytest.mark.parametrize(("speed", "verdict"), [(0.599, "fail"), (0.6, "pass"), (0.601, "pass")])
def test_least_velocity_of_a_sewer_half_full(speed, verdict):
    """Half full the velocity is that of the full pipe; DN400, so that it is no initial section."""
    slope = (speed * 0.010 / 0.1 ** (2 / 3)) ** 2
    net = chain({"system": "sewage", "diameter_mm": 400, "invert_up_m": 98.0, "invert_down_m": 98.0 - 30 * slope})
    flow = speed * math.pi / 8 * 0.16 * 1000
    check = of(hydraulic(net, sewage_l_s=flow), "min_velocity")
    assert check.value == pytest.approx(speed, rel=1e-6)
    assert check.verdict == verdict


@pytest.mark.parametrize(
    ("size", "fall_mm_in_30_m", "verdict"),
    [
        # Its own size's least slope decides: DN200 0.004 (GB 50015), DN300 0.003 (GB 50014 5.2.10), DN400 none.
        (200, 120, "not_checkable"),
        (200, 119, "fail"),
        (300, 90, "not_checkable"),
        (300, 89, "fail"),
        (400, 120, "fail"),
    ],
)
def test_the_head_of_a_sewer_is_held_to_the_least_slope_of_its_own_size(size, fall_mm_in_30_m, verdict):
    levels = {"invert_up_m": 98.0, "invert_down_m": 98.0 - fall_mm_in_30_m / 1000}
    net = chain({"system": "sewage", "diameter_mm": size, **levels})
    check = of(hydraulic(net, sewage_l_s=0.1), "min_velocity")
    assert (check.verdict, check.reason) == (verdict, "initial_section" if verdict == "not_checkable" else "")


def test_a_combined_pipe_carries_its_rain_and_the_mean_sewage_of_a_day():
    """GB 50014-2021, 4.1.22: 20 l/s of rain and 5 of sewage, whose peak would be 13.5."""
    net = chain({"system": "combined"})
    found = pipe_hydraulics(net, flows(net, storm_l_s=20.0, mean_sewage_l_s=5.0, sewage_l_s=13.5))
    assert found["design_flow_l_s"].tolist() == [25.0]


@pytest.mark.parametrize(
    ("material", "speed", "verdict"),
    [
        ("HDPE", 4.999, "pass"),
        ("HDPE", 5.0, "pass"),
        ("HDPE", 5.001, "fail"),
        ("铸铁", 9.999, "pass"),
        ("铸铁", 10.0, "pass"),
        ("铸铁", 10.001, "fail"),
    ],
)
def test_greatest_velocity(material, speed, verdict):
    slope = (speed * 0.010 / 0.075 ** (2 / 3)) ** 2
    net = chain(
        {"material": material, "roughness": 0.010, "invert_up_m": 98.0, "invert_down_m": 98.0 - 30 * slope}
    )
    check = of(hydraulic(net), "max_velocity")
    assert check.value == pytest.approx(speed, rel=1e-9)
    assert check.verdict == verdict


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"invert_up_m": math.nan}, "no_levels"),
        ({"invert_up_m": 98.0, "invert_down_m": 98.0}, "no_fall"),
        ({"diameter_mm": math.nan}, "not_circular_or_no_size"),
        ({"shape": "egg", "height_mm": 900.0}, "not_circular_or_no_size"),
    ],
)
def test_what_cannot_be_worked_out_says_why(values, reason):
    checks = hydraulic(chain(values), storm_l_s=10.0)
    assert {(c.check, c.verdict, c.reason) for c in checks} == {
        (name, "not_checkable", reason) for name in ("capacity", "min_velocity", "max_velocity")
    }


def full_pipes(net, mean=1.0, **values):
    """Checks of sewers running full, with the settings given and flows of 1 l/s of mean sewage else."""
    given = {k: values.pop(k) for k in ("surge_percent", "intercepted_rain_times") if k in values}
    hydraulics = pipe_hydraulics(net, flows(net, mean_sewage_l_s=mean, **values))
    return check_full_pipes(net, hydraulics, LIMITS, **given)


@pytest.mark.parametrize(("share", "verdict"), [(0.999, "pass"), (1.0, "pass"), (1.001, "fail")])
def test_small_sewers_carry_short_surges_full(share, verdict):
    """5.2.4, note: the design flow and a fifth on top of it, against 125.71 l/s."""
    net = chain({"system": "sewage"})
    check = of(full_pipes(net, sewage_l_s=share * FULL_L_S / 1.2, surge_percent=20.0), "full_flow")
    assert (check.verdict, check.applies_to, check.reason) == (verdict, "sewage up to DN300", "")
    assert check.limit.value == pytest.approx(125.71, abs=0.01)
    assert check.value == pytest.approx(share * FULL_L_S)
    assert "5.2.4" in check.limit.source
    plain = of(full_pipes(net, sewage_l_s=share * FULL_L_S), "full_flow")
    assert (plain.verdict, plain.reason) == (verdict, "no_surge")


def test_larger_sewers_and_other_pipes_are_not_held_to_surges():
    for values in ({"system": "sewage", "diameter_mm": 301.0}, {"system": "storm"}, {"system": "combined"}):
        checks = full_pipes(chain(values), sewage_l_s=1.0, intercepted_rain_times=1.0)
        assert [c.check for c in checks] == (["wet_weather"] if values["system"] == "sewage" else [])


@pytest.mark.parametrize(("off", "verdict"), [(-0.01, "pass"), (0.0, "pass"), (0.01, "fail")])
def test_sewers_carry_the_rain_they_intercept_full(off, verdict):
    """4.1.19 and 4.1.21: 27 l/s at the peak of 10 l/s, and 98.71 l/s of rain, which is 9.871 times the mean."""
    net = chain({"system": "sewage"})
    times = (FULL_L_S - 27.0 + off) / 10.0
    checks = full_pipes(net, mean=10.0, sewage_l_s=27.0, intercepted_rain_times=times)
    check = of(checks, "wet_weather")
    assert check.verdict == verdict
    assert check.value == pytest.approx(FULL_L_S + off)
    assert "4.1.21" in check.limit.source


def test_wet_weather_is_open_where_nobody_says_how_much_rain_is_intercepted():
    check = of(full_pipes(chain({"system": "sewage"}, {}), sewage_l_s=2.7), "wet_weather", "A")
    assert check.feature.layer == "communities"
    assert (check.verdict, check.reason) == ("not_checkable", "no_intercepted_rain")


@pytest.mark.parametrize(
    ("values", "sewage_l_s", "reason"),
    [
        ({"invert_up_m": 98.0, "invert_down_m": 98.1}, 2.7, "no_fall"),
        ({"invert_up_m": math.nan}, 2.7, "no_levels"),
        ({"diameter_mm": math.nan}, 2.7, "not_circular_or_no_size"),
        ({}, 0.0, "no_flow"),
    ],
)
def test_full_pipes_that_cannot_be_worked_out_say_why(values, sewage_l_s, reason):
    checks = full_pipes(chain({"system": "sewage", **values}), sewage_l_s=sewage_l_s, intercepted_rain_times=2.0)
    assert {(c.check, c.verdict, c.reason) for c in checks} == {
        (name, "not_checkable", reason) for name in ("full_flow", "wet_weather")
    }


# --- manholes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("angle", "verdict"), [(89.9, "fail"), (90.0, "pass"), (90.1, "pass"), (180.0, "pass")])
def test_flow_turning_angle(angle, verdict):
    """The second pipe leaves at an angle to the first, measured between the two at their manhole."""
    turn = math.radians(angle)
    end = (30 - 40 * math.cos(turn), 40 * math.sin(turn))
    net = chain({"diameter_mm": 400}, {"diameter_mm": 400}, places=[(0, 0), (30, 0), end])
    check = of(check_manholes(net, LIMITS, carried(net)), "flow_turning_angle")
    assert check.value == pytest.approx(angle, abs=0.01)
    assert check.verdict == verdict
    assert turning_angle_degrees(LineString([(0, 0), (30, 0)]), LineString([(30, 0), end])) == pytest.approx(
        angle
    )


@pytest.mark.parametrize(("off_m", "verdict"), [(0.001, "pass"), (0.01, "fail")])
def test_a_square_corner_stays_one_by_a_millimetre_of_survey(off_m, verdict):
    """A branch of 8 m that ends a millimetre too near turns by 89.993 degrees: its places are known no better."""
    net = chain({"diameter_mm": 400}, {"diameter_mm": 400}, places=[(0, 0), (30, 0), (30 - off_m, 8)])
    assert of(check_manholes(net, LIMITS, carried(net)), "flow_turning_angle").verdict == verdict


@pytest.mark.parametrize(
    ("size", "drop", "verdict"),
    [(300, 0.301, "pass"), (300, 0.3, "fail"), (300, 0.299, "fail"), (301, 0.301, "fail")],
)
def test_a_small_pipe_with_a_drop_may_turn_sharply(size, drop, verdict):
    net = chain(
        {"diameter_mm": size, "invert_up_m": 98.0, "invert_down_m": 97.5},
        {"diameter_mm": size, "invert_up_m": 97.5 - drop, "invert_down_m": 96.0},
        places=[(0, 0), (30, 0), (5, 10)],
    )
    assert of(check_manholes(net, LIMITS, carried(net)), "flow_turning_angle").verdict == verdict


@pytest.mark.parametrize(
    ("drop", "verdict", "limit", "reason"),
    [
        (0.999, "pass", 1.0, ""),
        (1.0, "pass", 1.0, ""),
        (1.001, "fail", 1.0, "drop_manhole_advised"),
        (2.0, "fail", 1.0, "drop_manhole_advised"),
        (2.001, "fail", 2.0, "drop_manhole_required"),
    ],
)
def test_drop(drop, verdict, limit, reason):
    net = chain({"invert_down_m": 97.5}, {"invert_up_m": 97.5 - drop, "invert_down_m": 95.0})
    check = of(check_manholes(net, LIMITS, carried(net)), "drop")
    assert (check.verdict, check.limit.value, check.reason) == (verdict, limit, reason)


@pytest.mark.parametrize(("step", "verdict"), [(-0.001, "fail"), (0.0, "pass"), (0.001, "pass")])
def test_the_leaving_invert_is_not_above_the_arriving(step, verdict):
    net = chain({"invert_down_m": 97.5}, {"invert_up_m": 97.5 - step, "invert_down_m": 97.0})
    assert of(check_manholes(net, LIMITS, carried(net)), "invert_step").verdict == verdict


@pytest.mark.parametrize(("higher", "verdict"), [(-0.001, "fail"), (0.0, "pass"), (0.001, "pass")])
def test_soffits(higher, verdict):
    """DN300 arrives, DN400 leaves: its invert is 0.1 m lower where the soffits are level."""
    net = chain(
        {"diameter_mm": 300, "invert_down_m": 97.5},
        {"diameter_mm": 400, "invert_up_m": 97.4 - higher, "invert_down_m": 97.0},
    )
    assert of(check_manholes(net, LIMITS, carried(net)), "soffit_alignment").verdict == verdict


@pytest.mark.parametrize(
    ("system", "lower_m", "verdict", "reason"),
    [
        # Water 0.5 x 0.3 = 0.15 m deep arrives, 0.3 x 0.4 = 0.12 m leaves: level with a step of -0.03 m.
        ("sewage", -0.030, "pass", "water_levels"),
        ("sewage", -0.031, "fail", "water_levels"),
        ("sewage", 0.100, "pass", ""),
        # Rain pipes run full: their water stands at the soffit.
        ("storm", -0.030, "fail", ""),
    ],
)
def test_soffits_or_the_water_of_sewers_is_level(system, lower_m, verdict, reason):
    """GB 50014-2021, 5.3.1."""
    net = chain(
        {"system": system, "diameter_mm": 300, "invert_down_m": 97.5},
        {"system": system, "diameter_mm": 400, "invert_up_m": 97.5 - lower_m, "invert_down_m": 97.0},
    )
    check = of(check_manholes(net, LIMITS, carried(net, P1=0.5, P2=0.3)), "soffit_alignment")
    assert (check.verdict, check.reason) == (verdict, reason)


@pytest.mark.parametrize(("below", "verdict"), [(299, "fail"), (300, "pass"), (301, "pass")])
def test_no_smaller_downstream(below, verdict):
    net = chain({"diameter_mm": 300}, {"diameter_mm": below})
    check = of(check_manholes(net, LIMITS, carried(net)), "diameter_shrink")
    assert check.verdict == verdict
    assert check.other.feature_id == "P2"


def test_a_rain_pipe_into_a_smaller_sewer_is_a_cross_connection_and_no_pipe_that_shrinks():
    net = chain({"system": "storm", "diameter_mm": 400}, {"system": "sewage", "diameter_mm": 300})
    checks = check_manholes(net, LIMITS, carried(net))
    assert not [c for c in checks if c.check == "diameter_shrink"]


@pytest.mark.parametrize(
    ("below", "fall_m", "verdict"),
    [
        # 600, 500, 400, 300: two sizes smaller where the slope grows from 1 %, none where it does not.
        (500, 0.301, "pass"),
        (400, 0.301, "pass"),
        (300, 0.301, "fail"),
        (500, 0.300, "fail"),
        (500, 0.299, "fail"),
        (600, 0.100, "pass"),
    ],
)
def test_two_sizes_smaller_where_it_steepens(below, fall_m, verdict):
    """GB 50014-2021, 5.2.11."""
    net = chain(
        {"diameter_mm": 600, "invert_up_m": 98.0, "invert_down_m": 97.7},
        {"diameter_mm": below, "invert_up_m": 97.7, "invert_down_m": 97.7 - fall_m},
    )
    check = of(check_manholes(net, LIMITS, carried(net)), "diameter_shrink")
    assert check.verdict == verdict
    if fall_m > 0.3:
        assert (check.value, check.limit.value, check.limit.unit) == ((600 - below) / 100, 2, "sizes")


# --- limits that nobody has read -----------------------------------------------------------------------------


def test_a_limit_that_nobody_has_read_decides_nothing_until_the_project_confirms_it():
    net = chain({"system": "sewage", "diameter_mm": 150})
    check = of(check_sizes(net, Limits(SETTINGS), "community"), "min_diameter")
    assert (check.verdict, check.reason) == ("not_checkable", "limit_not_read")
    assert (check.value, check.limit.value, check.limit.how_known) == (150, 200, "recalled")
    read = [
        Confirmation("sewer_design_limits", "min_diameter - community main (plastic sewage)", "LX", "page 94")
    ]
    check = of(check_sizes(net, Limits(SETTINGS, confirmations=read), "community"), "min_diameter")
    assert (check.verdict, check.limit.how_known) == ("fail", "confirmed by the project")
    assert check.limit.source == "GB 50015-2019 4.10; confirmed by the project: LX, page 94"
    # The exemption of a sewer's head rests on the least slope, which this project has not looked up.
    check = of(
        check_hydraulics(
            net,
            pipe_hydraulics(net, flows(net, sewage_l_s=0.1)),
            Limits(SETTINGS, confirmations=read),
            PERIOD,
            "community",
        ),
        "min_velocity",
    )
    assert (check.verdict, check.reason) == ("not_checkable", "limit_not_read")
    # Value and limit are both the slope that the exemption asks for.
    assert (check.value, check.limit.unit) == (pytest.approx(net.pipes["slope"].iloc[0]), "m/m")


def test_a_pipe_that_no_unread_limit_speaks_of_passes():
    unread = Limits(SETTINGS)
    assert of(check_sizes(chain({"material": "HDPE"}), unread, "community"), "material").verdict == "pass"
    plain = chain({"material": "混凝土", "diameter_mm": 300})
    assert of(check_sizes(plain, unread, "community"), "material").reason == "limit_not_read"


def test_a_limit_of_the_project_s_own_decides_in_place_of_one_not_read():
    own = {
        "check": "min_diameter",
        "applies_to": "community main (plastic sewage)",
        "limit": 150,
        "reason": "county",
    }
    net = chain({"system": "sewage", "diameter_mm": 150})
    limits = Limits(DesignSettings(limits=(LimitOverride(**own),)))
    assert of(check_sizes(net, limits, "community"), "min_diameter").verdict == "pass"


# --- cover ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cover_kind", "cover_mm", "verdict"),
    [
        ("concrete", 699.9, "fail"),
        ("concrete", 700.0, "pass"),
        ("concrete", 700.1, "pass"),
        ("green", 599.9, "fail"),
        ("green", 600.0, "pass"),
        ("green", 600.1, "pass"),
    ],
)
def test_cover(cover_kind, cover_mm, verdict):
    """DN300 of HDPE has a wall of 25.5 mm: the invert lies 325.5 mm below the outside of the crown."""
    invert = 100.0 - cover_mm / 1000 - 0.3255
    surface = {"surface_id": "S", "cover": cover_kind, "status": "existing", "geometry": box(-5, -5, 50, 5)}
    net = chain({"invert_up_m": invert, "invert_down_m": invert}, surfaces=[{**surface, "community_id": "A"}])
    (check,) = check_cover(net, LIMITS, CARRIAGEWAY)
    assert check.value == pytest.approx(cover_mm / 1000, abs=1e-6)
    assert check.verdict == verdict
    assert check.applies_to == ("under carriageway" if cover_kind == "concrete" else "under footway")


def test_the_shallower_end_counts():
    net = chain({"invert_up_m": 98.0, "invert_down_m": 99.2})
    (check,) = check_cover(net, LIMITS, CARRIAGEWAY)
    assert check.value == pytest.approx(0.8 - 0.3255)


# --- inlets --------------------------------------------------------------------------------------------------


def inlet_net(distance=30.0, lead=(5.0, 0.05), area_m2=100.0, fall_m=0.0):
    inlets = [
        node(f"I{i}", Point(distance * i, lead[0]), 100.0 - fall_m * i, 97.0 + lead[1], kind="inlet")
        for i in range(2)
    ]
    leads = [
        {
            "connection_id": f"L{i}",
            "source": f"I{i}",
            "kind": "yard_drain",
            "to_node": "N0",
            "status": "proposed",
            "community_id": "A",
            "geometry": LineString([(distance * i, lead[0]), (distance * i, 0)]),
        }
        for i in range(2)
    ]
    net = chain({}, nodes=inlets, connections=leads)
    return network_with_area(net, area_m2)


def network_with_area(net, area_m2):
    from dataclasses import replace

    return replace(net, areas=[DrainedArea("I0", "I0", {"asphalt": area_m2})])


def inlet_checks(net, lead_mm=200.0):
    return check_inlets(
        net,
        LIMITS,
        kind="single flat grating",
        coefficients={"asphalt": 0.9},
        intensity_l_s_ha=lambda _: 250.0,
        inlet_time_min=10.0,
        lead_diameter_mm=lead_mm,
    )


@pytest.mark.parametrize(("distance", "verdict"), [(49.999, "pass"), (50.0, "pass"), (50.001, "fail")])
def test_inlet_spacing(distance, verdict):
    check = of(inlet_checks(inlet_net(distance)), "inlet_spacing", "I0")
    assert (check.verdict, check.other.feature_id) == (verdict, "I1")


@pytest.mark.parametrize(
    ("distance", "fall_m", "verdict"),
    [
        # GB 50014-2021, 5.7.6: 2 % of 60 m are 1.2 m.
        (60.0, 1.19, "fail"),
        (60.0, 1.2, "fail"),
        (60.0, 1.21, "not_checkable"),
        (60.0, -1.21, "not_checkable"),
        (50.0, 1.5, "pass"),
    ],
)
def test_inlets_may_lie_further_apart_on_a_steep_road(distance, fall_m, verdict):
    check = of(inlet_checks(inlet_net(distance, fall_m=fall_m)), "inlet_spacing", "I0")
    assert check.verdict == verdict
    assert check.value == distance
    assert check.reason == ("steep_road" if verdict == "not_checkable" else "")


@pytest.mark.parametrize(("off", "verdict"), [(-1.0, "pass"), (0.0, "pass"), (1.0, "fail")])
def test_inlet_capacity(off, verdict):
    """20 l/s half clogged leave, with a margin of 1.5, 6.667 l/s: 0.9 x 250 l/(s ha) from 296.30 m2."""
    area = 10 / 1.5 / (0.9 * 250) * 1e4 + off
    check = of(inlet_checks(inlet_net(area_m2=area)), "inlet_capacity", "I0")
    assert check.limit.value == pytest.approx(20 / 3)
    assert check.verdict == verdict


@pytest.mark.parametrize(("length", "verdict"), [(24.999, "pass"), (25.0, "pass"), (25.001, "fail")])
def test_lead_length(length, verdict):
    assert of(inlet_checks(inlet_net(lead=(length, 1.0))), "lead_length", "L0").verdict == verdict


@pytest.mark.parametrize(("fall", "verdict"), [(0.049, "fail"), (0.05, "pass"), (0.051, "pass")])
def test_lead_slope(fall, verdict):
    """0.01 of a lead of 5 m is 50 mm."""
    assert of(inlet_checks(inlet_net(lead=(5.0, fall))), "min_slope", "L0").verdict == verdict


@pytest.mark.parametrize(("size", "verdict"), [(199.0, "fail"), (200.0, "pass"), (201.0, "pass")])
def test_lead_diameter(size, verdict):
    assert of(inlet_checks(inlet_net(), size), "min_diameter", "L0").verdict == verdict


# --- clearances ----------------------------------------------------------------------------------------------
OUTER_HALF = 0.3 * 1.17 / 2


def clearance(
    name, applies, *, utilities=(), buildings=(), trees=(), pipes=None, settings=SETTINGS, depth_m=math.nan
):
    line = LineString([(0, 0), (30, 0)])
    layers = layer_set(
        pipes=pipes or [pipe("P1", line, invert_up_m=98.0, invert_down_m=98.0, from_node="1", to_node="2")],
        utilities=list(utilities),
        buildings=list(buildings),
        trees=list(trees),
    )
    checks = check_clearances(
        layers["pipes"].assign(depth_m=depth_m),
        layers["utilities"],
        layers["buildings"],
        layers["trees"],
        settings,
        Limits(settings, confirmations=ALL_READ),
        shipped(),
    )
    found = [c for c in checks if c.check == name and c.applies_to == applies]
    assert len(found) == 1, found
    return found[0]


def beside_line(utility, gap, diameter_mm):
    y = OUTER_HALF + gap + diameter_mm / 2000
    return {
        "utility_id": "U",
        "utility": utility,
        "diameter_mm": float(diameter_mm),
        "top_m": 99.0,
        "status": "proposed",
        "community_id": "A",
        "geometry": LineString([(0, y), (30, y)]),
    }


@pytest.mark.parametrize(
    ("utility", "diameter", "applies", "limit"),
    [
        ("gas_low", 60, "drainage - gas low pressure", 1.0),
        ("gas_medium", 60, "drainage - gas medium pressure", 1.2),
        ("water", 200, "drainage - water d<=200", 1.0),
        ("water", 201, "drainage - water d>200", 1.5),
        ("heat", 100, "drainage - heat", 1.5),
        ("reclaimed_water", 100, "drainage - reclaimed water", 0.5),
        ("power", 50, "drainage - power direct-buried", 0.5),
        ("telecom", 110, "drainage - telecom in duct", 1.0),
    ],
)
@pytest.mark.parametrize(("off", "verdict"), [(-0.001, "fail"), (0.0, "pass"), (0.001, "pass")])
def test_horizontal_clearance(utility, diameter, applies, limit, off, verdict):
    check = clearance("horizontal_clearance", applies, utilities=[beside_line(utility, limit + off, diameter)])
    assert check.verdict == verdict
    assert check.value == pytest.approx(limit + off, abs=1e-5)
    assert (check.feature.feature_id, check.other.feature_id, check.limit.value) == ("P1", "U", limit)


@pytest.mark.parametrize(
    ("utility", "applies", "limit"),
    [
        ("gas_low", "drainage - gas low pressure", 0.15),
        ("water", "drainage - water d<=200", 0.40),
        ("power", "drainage - power direct-buried", 0.50),
        ("telecom", "drainage - telecom in duct", 0.15),
        ("heat", "drainage - heat", 0.15),
        ("reclaimed_water", "drainage - reclaimed water", 0.40),
    ],
)
@pytest.mark.parametrize(("off", "verdict"), [(-0.001, "fail"), (0.0, "pass"), (0.001, "pass")])
@pytest.mark.parametrize("above", [True, False])
def test_vertical_clearance(utility, applies, limit, off, verdict, above):
    """The pipe's axis is at 98.15 m; the line crosses over it or under it."""
    gap, d = limit + off, 0.1
    top = 98.15 + OUTER_HALF + gap + d if above else 98.15 - OUTER_HALF - gap
    line = {**beside_line(utility, 0, 100), "top_m": top, "geometry": LineString([(15, -5), (15, 5)])}
    check = clearance("vertical_clearance", applies, utilities=[line])
    assert check.verdict == verdict
    assert check.value == pytest.approx(gap, abs=1e-5)
    assert (check.feature.x_m, check.feature.y_m) == (15, 0)


@pytest.mark.parametrize(("off", "verdict"), [(-0.001, "fail"), (0.0, "pass"), (0.001, "pass")])
def test_clearance_to_trees_and_shrubs(off, verdict):
    for kind, limit in (("tree", 1.5), ("shrub", 1.0)):
        at = Point(10, OUTER_HALF + limit + off)
        tree = {"tree_id": "T", "kind": kind, "status": "existing", "community_id": "A", "geometry": at}
        assert clearance("horizontal_clearance", f"drainage - {kind}", trees=[tree]).verdict == verdict


@pytest.mark.parametrize(
    ("foundation_m", "gap_m", "row", "verdict"),
    [
        # The pipe is 2 m deep: above a foundation of 2 m, below one of 1.999 m.
        (2.0, 2.499, "above", "fail"),
        (2.0, 2.5, "above", "pass"),
        (1.999, 2.999, "below", "fail"),
        (1.999, 3.0, "below", "pass"),
        # Without the depth of the foundation what breaks both fails, what keeps both passes.
        (None, 2.499, "above", "fail"),
        (None, 2.5, "below", "not_checkable"),
        (None, 2.999, "below", "not_checkable"),
        (None, 3.0, "below", "pass"),
    ],
)
def test_clearance_to_buildings_by_the_depth_of_the_foundation(foundation_m, gap_m, row, verdict):
    """GB 50014-2021, appendix C."""
    y = OUTER_HALF + gap_m
    house = {"building_id": "B", "status": "existing", "community_id": "A", "geometry": box(5, y, 15, y + 8)}
    check = clearance(
        "horizontal_clearance",
        f"drainage - building (pipe {row} the foundation)",
        buildings=[house],
        settings=DesignSettings(foundation_depth_m=foundation_m),
        depth_m=2.0,
    )
    assert check.verdict == verdict
    assert check.value == pytest.approx(gap_m)
    assert check.reason == ("foundation_unknown" if verdict == "not_checkable" else "")


@pytest.mark.parametrize(("off", "verdict"), [(-0.001, "fail"), (0.0, "pass"), (0.001, "pass")])
def test_two_drains_that_cross(off, verdict):
    lower = 98.0 - 0.15 - 0.3 * 1.17 - off
    pipes = [
        pipe(
            "P1", LineString([(0, 0), (30, 0)]), invert_up_m=98.0, invert_down_m=98.0, from_node="1", to_node="2"
        ),
        pipe(
            "P2",
            LineString([(15, -9), (15, 9)]),
            invert_up_m=lower,
            invert_down_m=lower,
            from_node="3",
            to_node="4",
        ),
    ]
    assert clearance("vertical_clearance", "drainage - drainage", pipes=pipes).verdict == verdict


def test_pipes_that_meet_in_a_manhole_and_old_pairs_are_not_held_apart():
    joined = [
        pipe(
            "P1", LineString([(0, 0), (30, 0)]), invert_up_m=98.0, invert_down_m=98.0, from_node="1", to_node="2"
        ),
        pipe(
            "P2", LineString([(30, 0), (30, 9)]), invert_up_m=98.0, invert_down_m=98.0, from_node="2", to_node="4"
        ),
    ]
    old = [{**p, "status": "existing", "from_node": p["pipe_id"], "to_node": None} for p in joined]
    for pipes in (joined, old):
        with pytest.raises(AssertionError, match=r"\[\]"):
            clearance("vertical_clearance", "drainage - drainage", pipes=pipes)


def test_what_no_layer_holds_is_said_and_a_crossing_without_levels_too():
    check = clearance("horizontal_clearance", "drainage - tree")
    assert (check.verdict, check.reason) == ("not_checkable", "none_in_layers")
    line = {**beside_line("gas_low", 0, 60), "top_m": math.nan, "geometry": LineString([(15, -5), (15, 5)])}
    check = clearance("vertical_clearance", "drainage - gas low pressure", utilities=[line])
    assert (check.verdict, check.reason, check.other.feature_id) == ("not_checkable", "no_levels", "U")


# --- limits --------------------------------------------------------------------------------------------------


def test_a_project_s_own_limit_with_its_reason():
    own = LimitOverride(
        check="min_cover", applies_to="under carriageway", limit=0.5, reason="full concrete casing"
    )
    limits = Limits(DesignSettings(limits=(own,)))
    found = limits.find("min_cover", "under carriageway")
    assert found.value == 0.5
    assert "full concrete casing" in found.source
    assert limits.find("min_cover", "under footway").value == 0.6
    with pytest.raises(ValueError, match="no such limit"):
        LimitOverride(check="min_colour", applies_to="x", limit=1, reason="because")
    with pytest.raises(KeyError):
        limits.find("min_cover", "under water")


def test_required_return_period_by_city_and_area():
    assert required_return_period(SETTINGS).value == 2
    assert required_return_period(DesignSettings(city="medium or small city", area="important area")).value == 3
    assert required_return_period(DesignSettings(city="megacity", area="centre")).value == 3
    assert required_return_period(DesignSettings(return_period="5 a")).value == 5
    # Table 4.1.3, last column, and item 4.
    sunken = {c: DesignSettings(city=c, area="underpass or sunken square") for c in CITIES}
    assert [required_return_period(sunken[c]).value for c in CITIES] == [30, 20, 10]
    for city in CITIES:
        assert required_return_period(DesignSettings(city=city, area="underpass outside centre")).value == 10
        assert required_return_period(DesignSettings(city=city, area="elevated road")).value == 5


def test_sewers_are_checked_at_the_return_period_that_the_report_speaks_of():
    """The standard's least is 2 a: a report on 3 a checks its pipes at 3 a, one on 1 a at the standard's 2 a."""
    rarer = required_return_period(SETTINGS, 3.0)
    assert (rarer.value, rarer.source) == (3.0, "GB 50014-2021 4.1.3 table 4.1.3; the project's design storm")
    assert required_return_period(SETTINGS, 1.0).value == 2
    assert required_return_period(SETTINGS, 2.0).source == "GB 50014-2021 4.1.3 table 4.1.3"
    assert required_return_period(DesignSettings(return_period="2 a"), 3.0).value == 2


def test_failed_checks_come_first_in_the_table():
    net = chain({"diameter_mm": 250}, {"diameter_mm": 200})
    table = checks_table(check_sizes(net, LIMITS, "community") + check_manholes(net, LIMITS, carried(net)))
    verdicts = table["verdict"].tolist()
    assert verdicts == sorted(verdicts, key=["fail", "not_checkable", "pass"].index)
    assert table["clause"].str.contains("GB|Announcement|engineering practice").all()
    assert isinstance(network([], []).pipes, object)


def test_equal_texts_of_the_table_are_in_memory_once() -> None:
    clauses = ["".join(["GB 50014-2021, ", "4.2.1"]) for _ in range(2)]
    assert clauses[0] is not clauses[1]
    checks = [
        Check(
            "size",
            Subject(Feature("pipes", f"P{n}", "A"), "proposed", "storm"),
            "pass",
            "",
            1.0,
            Limit(2.0, "mm", clause, "high"),
            -1.0,
        )
        for n, clause in enumerate(clauses)
    ]
    table = checks_table(checks)
    assert list(table.columns) == CHECK_COLUMNS
    assert table["feature_id"].tolist() == ["P0", "P1"]
    first, second = table["clause"]
    assert first == clauses[0]
    assert first is second

"""The groundwater that a project adds to its sewage, against the usual share of GB 50014-2021, 4.1.18."""

import pytest

from spongecalc.design.groundwater import check_groundwater
from spongecalc.design.limits import Limits
from spongecalc.project.design_settings import DesignSettings, LimitOverride
from tests.design.nets import chain


def answers(percent, limits=None, system="sewage"):
    found = check_groundwater(
        chain({"system": system}, {"system": system}), limits or Limits(DesignSettings()), percent
    )
    return [(c.applies_to, c.verdict, c.reason) for c in found]


@pytest.mark.parametrize(
    ("percent", "least", "most"),
    [
        (9.99, "fail", "pass"),
        (10.0, "pass", "pass"),
        (15.0, "pass", "pass"),
        (15.01, "pass", "fail"),
    ],
)
def test_the_share_of_the_commentary_on_4_1_18(percent, least, most):
    assert answers(percent) == [("sewage, least", least, ""), ("sewage, most", most, "")]


@pytest.mark.parametrize(("percent", "reason"), [(None, "no_groundwater_given"), (0.0, "above_groundwater")])
def test_none_is_told_once_for_a_community(percent, reason):
    assert answers(percent) == [("sewage, least", "not_checkable", reason)]


def test_a_measured_share_stands_with_its_reason():
    measured = LimitOverride(check="groundwater", applies_to="sewage, least", limit=6.0, reason="measured")
    assert answers(6.5, Limits(DesignSettings(limits=(measured,)))) == [
        ("sewage, least", "pass", ""),
        ("sewage, most", "pass", ""),
    ]


@pytest.mark.parametrize("status", ["proposed", "existing"])
def test_it_is_of_the_works_where_they_lay_sewers(status):
    net = chain({"system": "sewage", "status": status}, {"system": "sewage", "status": "existing"})
    assert {c.subject.status for c in check_groundwater(net, Limits(DesignSettings()), 8.0)} == {status}


def test_rain_pipes_are_not_asked():
    assert answers(12.0, system="storm") == []

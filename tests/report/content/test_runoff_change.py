import math

import pytest

from spongecalc.report.content.runoff_change import is_rise, size, told


@pytest.mark.parametrize(
    ("percent", "key", "shown"),
    [(25.0, "c", 25.0), (0.0, "c", 0.0), (-38.36, "c_rises", 38.36), (None, "c", None), (-0.001, "c", -0.001)],
)
def test_the_sign_chooses_the_text(percent, key, shown):
    assert (told("c", percent), size(percent)) == (key, shown)


def test_what_is_not_known_does_not_rise():
    assert not is_rise(math.nan)
    assert math.isnan(size(math.nan))

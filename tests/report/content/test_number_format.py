import numpy as np
import pandas as pd
import pytest

from spongecalc.report.content.number_format import cell_text


@pytest.mark.parametrize(
    ("column", "value", "written"),
    [
        ("storm_laid_m", 2536.997084, "2537.00"),
        ("area_m2", 1e7, "10000000.00"),
        ("sewage_to_storm_after_m3_d", 1.346393, "1.35"),
        ("diameter_mm", 300.0, "300"),
        ("suggested_diameter_mm", 63.5, "63.5"),
        ("depth_mm", 20, "20.0"),
        ("rain_mm_h", 126.84, "126.8"),
        ("peak_l_s", np.float32(0.5), "0.50"),
        ("runoff_reduction_percent", -0.001, "0.00"),
        ("runoff_coefficient", 0.95273, "0.953"),
        ("households", np.int64(37), "37"),
        ("households", 37.0, "37"),
        ("return_period_a", 0.5, "0.5"),
        ("name", "-0.00", "-0.00"),
        ("households", np.nan, ""),
        ("name", None, ""),
        ("area_m2", pd.NA, ""),
        ("separated", True, "yes"),
        ("area_m2", np.inf, "inf"),
    ],
)
def test_cells_are_written_by_their_unit(column, value, written):
    assert cell_text(column, value) == written

"""Progress by the day of survey, by hand."""

import pytest
from shapely import LineString

from spongecalc.network.ledger import ledger
from spongecalc.network.progress import progress
from spongecalc.network.quantities import as_written
from tests.network.bill_layers import layer_set, pipe, square


def line(y, length):
    return LineString([(0, y), (length, y)])


def test_what_is_laid_by_which_day():
    pipes = [
        pipe("P1", line(1, 30), laid="2024-03-01"),
        pipe("P2", line(2, 20), laid="2024-03-01"),
        pipe("P3", line(3, 40), laid="2024-05"),
        pipe("P4", line(4, 10)),
        pipe("P5", line(5, 50), status="existing", laid="2001"),
        pipe("P6", line(6, 25), system="sewage"),
        pipe("P7", line(7, 25), system="sewage", laid="soon"),
    ]
    layers = layer_set(communities=[square("A", 0, 100)], pipes=pipes)
    table = progress(as_written(ledger(layers)), layers)
    rows = table[["system", "laid_on", "designed_m", "laid_m", "laid_to_date_m"]].to_numpy().tolist()
    assert rows == [
        ["sewage", "", 50.0, 0.0, 0.0],
        ["storm", "2024-03-01", 100.0, 50.0, 50.0],
        ["storm", "2024-05", 100.0, 40.0, 90.0],
    ]
    assert table["progress_percent"].tolist() == pytest.approx([0, 50, 90])


def test_without_any_day_there_is_nothing_to_say():
    layers = layer_set(communities=[square("A", 0, 100)], pipes=[pipe("P1", line(1, 30))])
    assert progress(as_written(ledger(layers)), layers).empty

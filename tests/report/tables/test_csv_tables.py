import io

import numpy as np
import pandas as pd
import pytest
from tests.report.synthetic_review import HOSTILE_ID, synthetic_review

from spongecalc.decimals import decimals
from spongecalc.report.tables import csv_tables
from spongecalc.report.tables.csv_tables import csv_text, write_tables


def test_read_back_equals_the_frame(tmp_path):
    tables = synthetic_review().tables
    paths = write_tables(tables, tmp_path / "results")
    assert [p.name for p in paths] == [f"{name}.csv" for name in tables]
    for path, table in zip(paths, tables.values(), strict=True):
        raw = path.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in raw
        back = pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False, dtype=str)
        assert list(back.columns) == list(table.columns)
        assert len(back) == len(table)
        for column in table.columns:
            numeric = pd.api.types.is_numeric_dtype(table[column])
            if numeric:
                read = pd.to_numeric(back[column].replace("", np.nan))
                places = decimals(column)
                margin = 0.5 * 10**-places if places is not None else 1e-5
                np.testing.assert_allclose(read, table[column].astype(float), rtol=0, atol=margin * 1.001)
            else:
                given = table[column].fillna("").astype(str)
                assert back[column].str.removeprefix("'").tolist() == given.tolist()


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])
def test_text_that_a_spreadsheet_would_calculate_is_guarded(start):
    table = pd.DataFrame({"name": [start], "x_m": [-1.0]})
    row = csv_text(table).split("\n", 1)[1]
    assert row.startswith(f"'{start}")
    assert row.rstrip("\n").endswith(",-1.00")  # a negative number stays a number


def test_quotes_commas_and_lines_survive():
    names = [HOSTILE_ID, "a,b", 'say "no"', "two\nlines", "小区"]
    back = pd.read_csv(io.StringIO(csv_text(pd.DataFrame({"name": names}))), dtype=str)
    assert back["name"].str.removeprefix("'").tolist() == names


def test_all_tables_or_none(tmp_path):
    write_tables({"a": pd.DataFrame({"x_m": [1.0]})}, tmp_path)

    class Broken:
        columns = ("x_m",)

        def itertuples(self, **_):
            raise RuntimeError("no rows")

    with pytest.raises(RuntimeError):
        write_tables({"a": pd.DataFrame({"x_m": [2.0]}), "b": Broken()}, tmp_path)
    assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig") == "x_m\n1.00\n"
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_a_failed_write_leaves_no_part(tmp_path):
    (tmp_path / "b.csv").mkdir()
    (tmp_path / "b.csv" / "kept").write_text("x")
    table = pd.DataFrame({"x_m": [1.0]})
    with pytest.raises(OSError):
        write_tables({"b": table}, tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.csv"]


def test_a_file_written_in_parts_is_the_table_whole(tmp_path, monkeypatch):
    table = pd.DataFrame({"name": [f"小区 {n}" for n in range(7)], "x_m": np.arange(7.0)})
    whole = csv_text(table)
    assert whole.count("\n") == 8
    for rows in (1, 3, 7):
        monkeypatch.setattr(csv_tables, "ROWS_A_PART", rows)
        assert csv_text(table) == whole
        write_tables({"a": table}, tmp_path)
        assert (tmp_path / "a.csv").read_bytes() == whole.encode("utf-8-sig")

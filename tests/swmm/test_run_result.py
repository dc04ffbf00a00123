import math
from dataclasses import fields, replace

import pandas as pd
import pytest

from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.run_result import Message, RunResult


def same(one, two):
    for item in fields(RunResult):
        a, b = getattr(one, item.name), getattr(two, item.name)
        if isinstance(a, pd.DataFrame):
            pd.testing.assert_frame_equal(a, b, check_exact=True, check_column_type=False)
        elif isinstance(a, float) and math.isnan(a):
            assert math.isnan(b)
        elif item.name == "nonconverging_nodes":
            assert [i for i, _ in a] == [i for i, _ in b]
        else:
            assert a == b, item.name


@pytest.mark.parametrize("name", ["courtyard_lps", "dry_lps", "valley_cms", "block_cfs"])
def test_json_is_lossless_and_stable(runs, tmp_path, name):
    result = runs[name][0]
    result.to_json(tmp_path / "a.json")
    read = RunResult.from_json(tmp_path / "a.json")
    same(result, read)
    read.to_json(tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_json_of_a_failure(tmp_path):
    message = Message("error", "engine.error.209", "ERROR 209: x", "JX", 3, "CONDUITS", "C1 J1 JX", (("a", "b"),))
    result = RunResult("failed", (message,), (message,), mark_s=60.0)
    result.to_json(tmp_path / "a.json")
    same(result, RunResult.from_json(tmp_path / "a.json"))


def test_same_model_same_bytes(tmp_path, courtyard):
    inp = tmp_path / "m.inp"
    inp.write_text(courtyard, encoding="utf-8")
    for name in ("a", "b"):
        replace(run_inp(inp, tmp_path / name, mark_s=3600), seconds=0.0).to_json(tmp_path / f"{name}.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_other_json_is_refused(tmp_path):
    path = tmp_path / "x.json"
    path.write_text('{"status": "done"}', encoding="utf-8")
    with pytest.raises(ValueError, match="not a run result"):
        RunResult.from_json(path)


def test_json_that_is_nested_deeply_is_refused(tmp_path):
    path = tmp_path / "x.json"
    path.write_text("[" * 200_000, encoding="utf-8")
    with pytest.raises(ValueError, match="nested too deeply"):
        RunResult.from_json(path)

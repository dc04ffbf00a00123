import math
import os
from pathlib import Path

from spongecalc.batch.model_runs import model_job, model_result
from spongecalc.batch.pool import Job, run_all
from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.run_result import SeriesRequest
from spongecalc.swmm.water_balance import describe

MODELS = Path(__file__).parents[1] / "swmm" / "models"
MODEL = MODELS / "courtyard_lps.inp"


def test_apart_is_the_same(tmp_path):
    request = SeriesRequest(outfall_inflow=True)
    job = model_job("apart", MODEL, tmp_path / "apart", mark_s=3600, series=request, keep_out=True)
    apart = model_result(run_all([job], processes=1)[0])
    here = run_inp(MODEL, tmp_path / "here", mark_s=3600, series=request)
    assert apart.outfalls.equals(here.outfalls)
    assert apart.series.equals(here.series)
    assert (tmp_path / "apart" / "model.out").is_file()


def test_a_run_without_end_is_ended(tmp_path):
    """Without a start date SWMM begins in 2004."""
    lines = MODEL.read_text(encoding="utf-8").splitlines()
    inp = tmp_path / "endless.inp"
    inp.write_text("\n".join(li for li in lines if "START_DATE" not in li) + "\n", encoding="utf-8")
    job = model_job(inp.name, inp, tmp_path / "run", time_limit_s=1.0)
    result = model_result(run_all([job], processes=1)[0])
    assert result.status == "failed"
    assert [(m.key, m.subject, m.values) for m in result.messages] == [
        ("engine.run.time_limit", "endless.inp", (("seconds", "1"),))
    ]


def test_a_crash_and_an_exception_become_results():
    died, raised = run_all([Job("a", os.abort), Job("b", math.sqrt, (-1.0,))], processes=1)
    for outcome, key in ((died, "engine_crashed"), (raised, "not_run")):
        result = model_result(outcome)
        assert result.status == "failed"
        assert result.messages[0].key == f"engine.run.{key}"
        assert all(describe(result, lang) for lang in ("zh", "en"))


def test_batch_of_models(tmp_path):
    inps = sorted(MODELS.glob("*.inp"))
    jobs = [model_job(inp.stem, inp, tmp_path / inp.stem, time_limit_s=120.0) for inp in inps]
    results = [model_result(outcome) for outcome in run_all(jobs, processes=2)]
    assert [r.status for r in results] == ["done"] * len(inps)
    assert [r.flow_units for r in results] == [inp.stem.rpartition("_")[2].upper() for inp in inps]

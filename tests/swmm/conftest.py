from pathlib import Path

import pytest

from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.run_result import RunResult, SeriesRequest

MODELS = Path(__file__).parent / "models"
EVERYTHING = SeriesRequest(subcatchment_runoff=True, outfall_inflow=True, system=True)


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    """Every test model run once: name -> (result, report text, folder)."""
    done: dict[str, tuple[RunResult, str, Path]] = {}
    for inp in sorted(MODELS.glob("*.inp")):
        folder = tmp_path_factory.mktemp(inp.stem)
        result = run_inp(inp, folder, series=EVERYTHING, keep_out=True)
        done[inp.stem] = (result, (folder / "model.rpt").read_text(encoding="utf-8"), folder)
    return done


@pytest.fixture
def courtyard() -> str:
    return (MODELS / "courtyard_lps.inp").read_text(encoding="utf-8")

"""What the documents say of files and columns is what the package writes."""

import re
import tomllib

import pytest

from spongecalc.assess.answers import ANSWER_COLUMNS
from spongecalc.assess.basins import BASIN_COLUMNS
from spongecalc.assess.compared_columns import community_columns
from spongecalc.assess.contributions import CONTRIBUTION_COLUMNS
from spongecalc.assess.design import SWMM_COLUMNS
from spongecalc.assess.design_basis import BASIS_COLUMNS
from spongecalc.assess.measured_and_modelled import COMPARISON_COLUMNS
from spongecalc.assess.outfall_peaks import OUTFALL_COLUMNS as LEAVING_COLUMNS
from spongecalc.assess.outfall_peaks import PEAK_COLUMNS
from spongecalc.assess.outfall_tracers import OUTFALL_COLUMNS
from spongecalc.assess.performance import WAY_COLUMNS
from spongecalc.assess.ponding import PONDING_COLUMNS
from spongecalc.assess.ponding_causes import CAUSE_COLUMNS
from spongecalc.assess.return_periods import PERIOD_COLUMNS
from spongecalc.assess.run_table import RUN_COLUMNS
from spongecalc.assess.separation import SEPARATION_COLUMNS, WORK_COLUMNS
from spongecalc.assess.separation_grades import GRADE_COLUMNS
from spongecalc.assess.settled import MODEL_COLUMNS, RANGES, SETTLED_COLUMNS
from spongecalc.assess.spills import SPILL_COLUMNS
from spongecalc.assess.sponge import SPONGE_COLUMNS
from spongecalc.assess.storages import STORAGE_COLUMNS
from spongecalc.assess.structures import STRUCTURE_COLUMNS
from spongecalc.design.check import CHECK_COLUMNS
from spongecalc.design.hydraulics import HYDRAULIC_COLUMNS
from spongecalc.design.suggestions import SUGGESTION_COLUMNS
from spongecalc.evidence.network_search import LOCATION_COLUMNS
from spongecalc.evidence.site import SENSOR_COLUMNS
from spongecalc.evidence.site_balance import BALANCE_COLUMNS
from spongecalc.intake.ledger import INTAKE_COLUMNS
from spongecalc.layers.deliveries import CHANGE_COLUMNS
from spongecalc.layers.finding import FINDING_COLUMNS
from spongecalc.layers.ground_quality import GROUND_COLUMNS
from spongecalc.layers.provenance import PROVENANCE_COLUMNS
from spongecalc.layers.repairs.change import CHANGE_COLUMNS as REPAIR_COLUMNS
from spongecalc.network.claims import CLAIM_TABLE_COLUMNS
from spongecalc.network.costs import COST_COLUMNS
from spongecalc.network.infiltration import INFILTRATION_COLUMNS
from spongecalc.network.ledger import LEDGER_COLUMNS
from spongecalc.network.progress import PROGRESS_COLUMNS
from spongecalc.network.quantities import QUANTITY_COLUMNS
from spongecalc.project.scenario_settings import DEFAULT_PAIR
from spongecalc.swmm.model import ELEMENT_COLUMNS


def ends(name: str) -> list[str]:
    """Columns with the other ends of ranges."""
    return [column for *_, column in RANGES[name]]


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("communities", community_columns(DEFAULT_PAIR)),
        ("answers", ANSWER_COLUMNS),
        ("separation", SEPARATION_COLUMNS),
        ("work_order", WORK_COLUMNS),
        ("separation_outfalls", OUTFALL_COLUMNS),
        ("separation_grades", GRADE_COLUMNS),
        ("separation_spills", SPILL_COLUMNS),
        ("infiltration", INFILTRATION_COLUMNS),
        ("evidence_sensors", SENSOR_COLUMNS),
        ("evidence_balance", BALANCE_COLUMNS),
        ("evidence_comparison", COMPARISON_COLUMNS),
        ("evidence_location", LOCATION_COLUMNS),
        ("separation_contributions", CONTRIBUTION_COLUMNS),
        ("ponding", [*PONDING_COLUMNS, *ends("ponding")]),
        ("ponding_causes", CAUSE_COLUMNS),
        ("ponding_return_periods", PERIOD_COLUMNS),
        ("sponge", [*SPONGE_COLUMNS, *WAY_COLUMNS]),
        ("basins", BASIN_COLUMNS),
        ("structures", STRUCTURE_COLUMNS),
        ("storages", STORAGE_COLUMNS),
        ("outfalls", [*LEAVING_COLUMNS, *ends("outfalls")]),
        ("outfall_peaks", [*PEAK_COLUMNS, *ends("outfall_peaks")]),
        ("quantities", QUANTITY_COLUMNS),
        ("quantity_features", LEDGER_COLUMNS),
        ("claims", CLAIM_TABLE_COLUMNS),
        ("progress", PROGRESS_COLUMNS),
        ("costs", COST_COLUMNS),
        ("changes", CHANGE_COLUMNS),
        ("design_checks", CHECK_COLUMNS),
        ("pipe_hydraulics", [*HYDRAULIC_COLUMNS, *SWMM_COLUMNS, *ends("pipe_hydraulics")]),
        ("settled", SETTLED_COLUMNS),
        ("settled_models", MODEL_COLUMNS),
        ("design_suggestions", SUGGESTION_COLUMNS),
        ("runs", RUN_COLUMNS),
        ("findings", FINDING_COLUMNS),
        ("provenance", PROVENANCE_COLUMNS),
        ("design_basis", BASIS_COLUMNS),
        ("intake", INTAKE_COLUMNS),
        ("ground", GROUND_COLUMNS),
        ("repaired/changes", REPAIR_COLUMNS),
        ("elements", ["model", "scenario", *ELEMENT_COLUMNS]),
    ],
)
def test_columns_are_documented_in_their_order(repository, name, columns):
    section = (repository / "docs" / "results.md").read_text(encoding="utf-8").split(f"## {name}.csv")[1]
    listed = section.split("\n", 1)[1].split("\n## ")[0].split("\n\n")[0]
    words = re.sub(r"\([^)]*\)", "", listed)
    assert [w.strip() for w in words.replace("\n", " ").split(",")] == columns


def test_toml_of_the_tutorial_is_valid(repository):
    text = (repository / "docs" / "tutorial.md").read_text(encoding="utf-8")
    block = text.split("    [layers.pipes]\n")[1].split("\nA layer may come")[0]
    lines = ["[layers.pipes]", *(line.removeprefix("    ") for line in block.splitlines())]
    pipes = tomllib.loads("\n".join(lines))["layers"]["pipes"]
    assert pipes["fields"]["diameter_mm"] == "管径"


def test_files_that_the_readmes_name_exist(repository):
    for readme in ("README.md", "README.zh.md"):
        text = (repository / readme).read_text(encoding="utf-8")
        for path in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (repository / path).exists(), path

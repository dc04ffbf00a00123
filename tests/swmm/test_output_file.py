"""The records of a .out file against the toolkit's own reading of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from swmm.toolkit import output as toolkit
from swmm.toolkit.shared_enum import LinkAttribute, NodeAttribute, SubcatchAttribute, SystemAttribute

from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.output_file import OutputFile, open_output, read_records

MODEL = Path(__file__).resolve().parents[2] / "swmm_models" / "EY04" / "before.inp"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    text = MODEL.read_text(encoding="utf-8")
    inp = folder / "with_tracers.inp"
    assert text.count("IGNORE_QUALITY       YES") == 1
    inp.write_text(text.replace("IGNORE_QUALITY       YES", "IGNORE_QUALITY       NO"), encoding="utf-8")
    assert run_inp(inp, folder, keep_out=True).status == "done"
    return folder / "model.out"


@pytest.fixture(scope="module")
def ours(out: Path) -> OutputFile:
    with open_output(out, str) as output:
        return output


def test_every_series_is_the_toolkits(out: Path, ours: OutputFile) -> None:
    handle = toolkit.init()
    toolkit.open(handle, str(out))
    last = len(ours.records) - 1
    kinds = (
        ("subcatchments", ours.subcatchments, toolkit.get_subcatch_series, SubcatchAttribute, 9),
        ("nodes", ours.nodes, toolkit.get_node_series, NodeAttribute, 7),
        ("links", ours.links, toolkit.get_link_series, LinkAttribute, 6),
    )
    try:
        for kind, positions, series, attributes, count in kinds:
            assert positions
            for at in positions.values():
                for attribute in list(attributes)[:count]:
                    theirs = series(handle, at, attribute, 0, last)
                    np.testing.assert_array_equal(ours.records[kind][:, at, attribute.value], np.float32(theirs))
        for attribute in SystemAttribute:
            theirs = toolkit.get_system_series(handle, attribute, 0, last)
            np.testing.assert_array_equal(ours.records["system"][:, attribute.value], np.float32(theirs))
        assert ours.records["day"].tolist() == toolkit.get_date_series(handle, 0, last)
    finally:
        toolkit.close(handle)


def test_a_file_of_another_layout_is_refused(out: Path, ours: OutputFile) -> None:
    counts = (len(ours.subcatchments), len(ours.nodes), len(ours.links))
    assert len(read_records(out, *counts, 2)) == len(ours.records) > 0
    with pytest.raises(ValueError, match=r"model\.out does not hold"):
        read_records(out, *counts, 3)
